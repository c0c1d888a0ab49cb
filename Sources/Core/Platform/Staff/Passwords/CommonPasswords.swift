/// Passwords that stand at the top of every list of leaked ones and are long enough to pass otherwise.
enum CommonPasswords {
    /// - Parameter password: in lower case.
    static func contains(_ password: String) -> Bool {
        if all.contains(password) { return true }
        // One character, or a pair or triple of them, over and over.
        return (1...4).contains { length in
            let head = password.prefix(length)
            return password.enumerated().allSatisfy { head[head.index(head.startIndex, offsetBy: $0 % length)] == $1 }
        }
    }

    private static let all: Set<String> = [
        "000000000000", "012345678901", "0123456789012", "0987654321098", "111111111111", "112233445566",
        "121212121212", "123123123123", "123412341234", "123456123456", "123456654321", "123456789000",
        "123456789012", "1234567890123", "12345678901234", "123456789012345", "1234567890123456", "123456789123",
        "123456789123456789", "1234567890qwerty", "123456789abc", "1234567890ab", "1234567890abc", "1234567890-=",
        "123qweasdzxc", "1234qwerasdf", "1234qwerasdfzxcv", "1q2w3e4r5t6y", "1q2w3e4r5t6y7u", "1q2w3e4r5t6y7u8i",
        "1qaz2wsx3edc", "1qaz2wsx3edc4rfv", "987654321098", "abc123456789", "abcd12345678", "abcdef123456",
        "abcdefghijkl", "abcdefghijklm", "abcdefghijklmnop", "admin1234567", "admin12345678", "adminadminadmin",
        "administrator", "administrator1", "aaaaaaaaaaaa", "asdfasdfasdf", "asdfghjkl123", "asdfghjklqwerty",
        "asdfghjkl;'\\", "azertyuiop12", "azertyuiopqs", "basketball123", "changeme1234", "changemechangeme",
        "computer1234", "correcthorsebatterystaple", "correct horse battery staple", "datenschutz1", "deutschland1",
        "deutschland123", "footballfootball", "geheim123456", "hallo1234567", "hallohallohallo", "iloveyou1234",
        "iloveyouiloveyou", "iloveyousomuch", "ichliebedich", "ichliebedich1", "internet1234", "letmein12345",
        "letmeinletmein", "master123456", "michaeljackson", "motdepasse123", "p@ssw0rd1234", "p@ssword1234",
        "passw0rd1234", "passwort1234", "passwort12345", "passwort123456", "passwortpasswort", "password1234",
        "password12345", "password123456", "password1234567", "password12345678", "password123456789",
        "passwordpassword", "passwordpassword1", "qazwsxedcrfv", "qazwsxedcrfvtgb", "qwer1234qwer", "qwerqwerqwer",
        "qwerty123456", "qwerty1234567", "qwerty12345678", "qwerty123456789", "qwertyqwerty", "qwertyuiop12",
        "qwertyuiop123", "qwertyuiop[]", "qwertyuiopas", "qwertyuiopasdfgh", "qwertyuiopasdfghjkl",
        "qwertzuiop12", "qwertzuiop123", "qwertzuiopas", "qwertzuiopasdfghjkl", "schalke04schalke04", "sommer2025!!",
        "sonnenschein", "sonnenschein1", "schmetterling", "starwars1234", "sunshine1234", "superman1234",
        "test12345678", "testtesttest", "thisismypassword", "trustno1trustno1", "unbelievable", "welcome12345",
        "welcomewelcome", "willkommen12", "willkommen123", "zaq12wsxcde3", "zxcvbnm12345", "zxcvbnmzxcvbnm",
        "obhutobhutobhut", "obhut1234567", "whatsapp1234",
    ]
}
