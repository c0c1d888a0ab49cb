import PluginKit
import Testing

@testable import Platform

@Suite struct PasswordTests {
    private static let cheap = PasswordHash.Cost(logN: 10, r: 8, p: 1)

    @Test(arguments: [
        ("", "12 characters"), ("elf zeichen", "12 characters"), ("zwölf zeiche", nil),
        ("zwölf zeich", "12 characters"),
        (String(repeating: "ab1 xyz.", count: 128), nil), (String(repeating: "ab1 xyz.", count: 128) + "x", "1024"),
        ("passwordpassword", "first"), ("PassWordPassWord", "first"), ("Qwertyuiop123", "first"),
        ("aaaaaaaaaaaaaaa", "first"), ("abcabcabcabcabc", "first"), ("abcabcabcabcabd", nil),
        ("erika@provider.example", "first"), ("Erika@Provider.example", "first"), ("tausend blaue berge", nil),
        ("????????????!", nil), ("zwölf\0zeichen", "U+0000"),
    ])
    func `what a password must be`(_ password: String, _ complaint: String?) {
        let problem = PasswordRules.problem(Secret(password), email: Personal("erika@provider.example"))
        if let complaint {
            #expect(problem?.contains(complaint) == true, "\(password)")
        } else {
            #expect(problem == nil, "\(password)")
        }
    }

    @Test func `a hash says its cost and salt, and fits its password alone`() throws {
        let hash = try PasswordHash.make(Secret("tausend blaue berge"), cost: Self.cheap)
        let read = try #require(PasswordHash(hash.text))
        #expect(read == hash && hash.text.hasPrefix("$scrypt$ln=10,r=8,p=1$"))
        #expect(try read.fits(Secret("tausend blaue berge")))
        #expect(try !read.fits(Secret("tausend blaue Berge")))
        #expect(try PasswordHash.make(Secret("tausend blaue berge"), cost: Self.cheap) != hash, "each has its own salt")
        // The same letters, composed and decomposed.
        let accent = try PasswordHash.make(Secret("cafe\u{301} au lait"), cost: Self.cheap)
        #expect(try accent.fits(Secret("caf\u{e9} au lait")))
    }

    /// RFC 7914, section 12, the third vector's parameters at a bearable size: N = 16384, r = 8, p = 1.
    @Test func `hashes are those of the RFC`() throws {
        let hash = PasswordHash(
            cost: .init(logN: 14, r: 8, p: 1), salt: Array("SodiumChloride".utf8),
            hash: [
                0x70, 0x23, 0xbd, 0xcb, 0x3a, 0xfd, 0x73, 0x48, 0x46, 0x1c, 0x06, 0xcd, 0x81, 0xfd, 0x38, 0xeb,
                0xfd, 0xa8, 0xfb, 0xba, 0x90, 0x4f, 0x8e, 0x3e, 0xa9, 0xb5, 0x43, 0xf6, 0x54, 0x5d, 0xa1, 0xf2,
            ])
        #expect(try hash.fits(Secret("pleaseletmein")))
    }

    @Test(arguments: [
        "", "x", "$scrypt$", "$argon2$ln=15,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA",
        "$scrypt$ln=30,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "$scrypt$ln=15,r=8$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ])
    func `what is no hash is none, and what would cost all memory is not tried`(_ text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test func `the cost is at least what is asked for`() throws {
        #expect(PasswordHash.Cost.standard == .init(logN: 15, r: 8, p: 1))
        let hash = try PasswordHash.make(Secret("tausend blaue berge"), cost: .standard)
        #expect(try hash.fits(Secret("tausend blaue berge")))
    }

    @Test func `who comes when too many wait is turned away`() async throws {
        let hasher = PasswordHasher(cost: Self.cheap)
        let outcomes = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<400 { group.addTask { (try? await hasher.hash(Secret("tausend blaue berge"))) != nil } }
            return await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(outcomes.contains(true))
        #expect(try await hasher.fits(Secret("x"), nil) == false, "afterwards there is room again")
    }
}
