internal import PluginKit

/// Who may touch what, and which handset an address means.
extension SandboxState {
    /// The numbers a token opens.
    /// - Throws: 190 when there is no token, or none that anybody was given.
    func authorise(_ token: String?) throws(GraphError) -> Set<String> {
        guard let token, let ids = numbersOfToken[token], !ids.isEmpty else { throw .invalidToken }
        return ids
    }

    /// - Throws: 190, or 100/33 when the object is not there or not the token's.
    func number(_ id: String, token: String?, method: String) throws(GraphError) -> PhoneNumber {
        let allowed = try authorise(token)
        guard allowed.contains(id), let number = numbers[id] else { throw .unknownObject(id, method: method) }
        return number
    }

    /// The token's numbers of a WABA.
    func numbers(ofWABA id: String, token: String?, method: String) throws(GraphError) -> [PhoneNumber] {
        let allowed = try authorise(token)
        let list = numbersOfWABA[id, default: []].filter(allowed.contains).compactMap { numbers[$0] }
        guard !list.isEmpty else { throw .unknownObject(id, method: method) }
        return list
    }

    /// Finds a number by its id or by its digits as shown.
    func number(addressed text: String) -> PhoneNumber? {
        numbers[text] ?? numberByDigits[Address.digits(text)].flatMap { numbers[$0] }
    }

    /// The key under which an address is or would be known; nil when it is neither a number nor a user id.
    func handsetKey(_ address: String) -> String? {
        if Address.isUserID(address) { return handsetByUserID[address] ?? address }
        guard let number = Address.waID(address) else { return nil }
        // A Brazilian mobile number that was dialled with its ninth digit may be registered without it, and the other way round.
        if handsets[number] == nil, let other = Address.brazilianTwin(number), handsets[other] != nil { return other }
        return number
    }

    /// The handset of a key, which comes into being now if it is new.
    mutating func handset(_ key: String) -> Handset {
        if let known = handsets[key] { return known }
        let new = Handset(key: key)
        record(.handset(new))
        return new
    }
}
