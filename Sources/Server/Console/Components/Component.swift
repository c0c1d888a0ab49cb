internal import Mustache

/// A part that pages are made of: a value, and the template of the same purpose that shows it.
///
/// Templates read a component's stored properties by name, with a dot before the name (`{{.title}}`), so that a missing
/// one is nothing and never the namesake of something around it.
protocol Component: MustacheParent {
    /// The template's name.
    static var template: String { get }
}

extension Component {
    func child(named name: String) -> Any? { property(named: name) }

    /// The stored property; for `hasName`, whether `name` is there and not an empty list.
    func property(named name: String) -> Any? {
        for property in Mirror(reflecting: self).children where property.label == name {
            return Escaping.value(property.value)
        }
        guard name.hasPrefix("has"), let initial = name.dropFirst(3).first, initial.isUppercase else { return nil }
        guard let value = property(named: initial.lowercased() + name.dropFirst(4)) else { return false }
        return (value as? [Any])?.isEmpty != true
    }
}

/// Any component, to be shown by its own template: `{{#.blocks}}{{>*.template}}{{/.blocks}}`.
struct Block: MustacheParent {
    private let template: String
    private let component: any Component

    init<Part: Component>(_ component: Part) {
        template = Part.template
        self.component = component
    }

    func child(named name: String) -> Any? { name == "template" ? template : component.child(named: name) }
}

extension [Block] {
    /// A block when there is a component.
    init(_ component: (some Component)?) { self = component.map { [Block($0)] } ?? [] }
}
