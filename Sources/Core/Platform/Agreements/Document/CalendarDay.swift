internal import Documents
internal import PluginKit

import struct Foundation.Date

/// A day, and how it is written in an agreement. A table of its own: how a locale writes dates changes with the system.
struct CalendarDay {
    private let year: Int
    private let month: Int
    private let day: Int
    /// The beginning of the day, UTC.
    let midnight: Date

    /// - Parameter text: `YYYY-MM-DD`.
    init?(_ text: String) {
        guard TenantService.isDate(text), let midnight = Date(rfc3339: "\(text)T00:00:00Z") else { return nil }
        let parts = text.split(separator: "-").compactMap { Int($0) }
        guard parts.count == 3 else { return nil }
        (year, month, day) = (parts[0], parts[1], parts[2])
        self.midnight = midnight
    }

    func written(_ language: DocumentLanguage) -> String {
        switch language {
        case .german: "\(day). \(Self.german[month - 1]) \(year)"
        case .english: "\(day) \(Self.english[month - 1]) \(year)"
        }
    }

    private static let german = [
        "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
        "Dezember",
    ]
    private static let english = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
}
