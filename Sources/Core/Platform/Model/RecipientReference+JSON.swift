public import PluginKit

extension RecipientReference {
    /// Reads `{"phone"}`, `{"bsuid"}`, `{"parent_bsuid"}`, `{"username"}`, or a contact by its id.
    /// - Parameters:
    ///   - path: where it stands in the request.
    ///   - idName: what a contact's id is called there: `contact_id`, or `id` within a contact.
    /// - Throws: `.invalid` for what is none of these, or several.
    public init(_ json: JSON?, path: String, idName: String) throws(PlatformError) {
        guard let object = json?.object, object.members.count == 1, let member = object.members.first,
            [idName, "phone", "bsuid", "parent_bsuid", "username"].contains(member.name)
        else { throw PlatformError.invalid(path, "give one of \(idName), phone, bsuid, username") }
        guard let text = member.value.string else {
            throw PlatformError.invalid("\(path).\(member.name)", "expected text, found \(member.value.kind)")
        }
        guard member.name == idName else {
            self = .identity(kind: .init(rawValue: member.name), address: Personal(text))
            return
        }
        guard let id = ContactID(text) else {
            throw PlatformError.invalid("\(path).\(member.name)", "this is not an id")
        }
        self = .contact(id)
    }
}
