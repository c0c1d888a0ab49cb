/// Makes a program that knows nothing of us end when we end, even by `kill -9`: a watcher beside it reads the standard
/// input that `ChildProcess` gives, and sends SIGINT when that ends. (`PR_SET_PDEATHSIG` would fire when the thread
/// ends that started the program, and threads here come and go.)
enum Lifeline {
    static let name = "obhut-lifeline"

    /// `$$` is the shell's id, which `exec` hands on to the program. The watcher is forked twice, so that the program
    /// finds no child that it did not make, and knows the program by its start time, so that it never hits a stranger.
    private static let script = """
        exec 3<&0
        born=$(cut -d ' ' -f 22 /proc/$$/stat)
        ( ( read -r _ <&3
            [ "$(cut -d ' ' -f 22 /proc/$$/stat)" = "$born" ] && kill -INT $$ ) >/dev/null 2>&1 & )
        exec "$@" 3<&- </dev/null
        """

    static func command(_ command: [String]) -> [String] { ["/bin/sh", "-c", script, name] + command }
}
