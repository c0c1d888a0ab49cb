/// Where the pages are. They link to each other, so the paths are fixed here; the server mounts them as they are.
///
/// A value in a path or a query is percent-encoded here and nowhere else.
public enum ConsolePath {
    public static let root = "/console"
    public static let assets = root + "/assets"
    public static let signIn = root + "/sign-in"
    public static let signInCode = root + "/sign-in/code"
    public static let signOut = root + "/sign-out"
    public static let signInLink = root + "/sign-in/link"
    public static let firstOwner = root + "/set-up"
    public static let reset = root + "/reset"
    public static let tenants = root + "/tenants"
    public static let newTenant = root + "/tenants/new"
    public static let approvals = root + "/approvals"
    public static let audit = root + "/audit"
    public static let staff = root + "/staff"
    public static let newStaff = root + "/staff/new"
    public static let regions = root + "/regions"
    public static let provider = root + "/provider"
    public static let account = root + "/account"
    public static let password = root + "/account/password"
    public static let secondFactor = root + "/sign-in/second-factor"
    public static let ownTokens = root + "/account/tokens"

    public static func signIn(provider: String) -> String { join(signIn, "with", provider) }
    public static func tenant(_ id: String, _ rest: String...) -> String { join(tenants, [id] + rest) }
    public static func agreement(_ tenant: String, _ id: String, _ rest: String...) -> String {
        join(tenants, [tenant, "agreements", id] + rest)
    }
    public static func channel(_ tenant: String, _ id: String, _ rest: String...) -> String {
        join(tenants, [tenant, "channels", id] + rest)
    }
    /// What the tenant asks people, and where.
    public static func consent(_ tenant: String, _ rest: String...) -> String {
        join(tenants, [tenant, "consent"] + rest)
    }
    public static func instructions(_ tenant: String) -> String { join(tenants, tenant, "instructions") }
    public static func key(_ tenant: String, _ id: String, _ rest: String...) -> String {
        join(tenants, [tenant, "keys", id] + rest)
    }
    public static func approval(_ id: String, _ rest: String...) -> String { join(approvals, [id] + rest) }
    public static func auditEntry(_ chain: String, _ number: Int) -> String { join(audit, chain, String(number)) }
    public static func member(_ id: String, _ rest: String...) -> String { join(staff, [id] + rest) }
    public static func ownToken(_ id: String, _ rest: String...) -> String { join(ownTokens, [id] + rest) }
    public static func noticeLink(_ tenant: String, _ id: String) -> String {
        join(tenants, [tenant, "notices", id, "link"])
    }
    public static func session(_ id: String, _ rest: String...) -> String { join(account, ["sessions", id] + rest) }

    static func join(_ base: String, _ parts: String...) -> String { join(base, parts) }

    static func join(_ base: String, _ parts: [String]) -> String {
        parts.reduce(base) { $0 + "/" + encoded($1) }
    }

    /// The path with a query of the pairs that have a value.
    static func query(_ path: String, _ pairs: [(String, String?)]) -> String {
        let text = pairs.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(name)=\(encoded($0))" }
        }.joined(separator: "&")
        return text.isEmpty ? path : path + "?" + text
    }

    /// The path when it leads to this server, else nil: a path from outside must not become a link to elsewhere.
    static func own(_ path: String) -> String? {
        path.hasPrefix("/") && !path.hasPrefix("//") && !path.contains("\\") ? path : nil
    }

    /// Everything but RFC 3986's unreserved characters.
    static func encoded(_ text: String) -> String {
        // A dot alone would be a step in the path.
        if text == "." || text == ".." { return text.replacing(".", with: "%2E") }
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.unicodeScalars.append(UnicodeScalar(byte))
            default:
                result += "%"
                result.append(digits[Int(byte >> 4)])
                result.append(digits[Int(byte & 15)])
            }
        }
    }
}
