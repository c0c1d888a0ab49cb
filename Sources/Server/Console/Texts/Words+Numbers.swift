internal import Foundation

/// A point in time as text, and for the browser, which adds how long ago that is.
struct Moment: Component {
    static let template = "moment"

    let iso: String
    let text: String
}

extension Words {
    func number(_ value: Int) -> String { value.formatted(.number.locale(Locale(identifier: language.locale))) }

    /// Day and minute with the zone's name: staff compare times across countries.
    func moment(_ date: Date) -> Moment {
        let style = Date.FormatStyle(
            date: .abbreviated, time: .shortened, locale: Locale(identifier: language.locale), timeZone: zone)
        let iso = date.ISO8601Format()
        return Moment(iso: iso, text: "\(style.format(date)) \(zoneName(at: date))")
    }

    /// The day alone.
    func day(_ date: Date) -> String {
        Date.FormatStyle(
            date: .long, time: .omitted, locale: Locale(identifier: language.locale), timeZone: zone
        ).format(date)
    }

    private func zoneName(at date: Date) -> String {
        guard zone.secondsFromGMT(for: date) != 0 else { return "UTC" }
        let style: TimeZone.NameStyle = zone.isDaylightSavingTime(for: date) ? .shortDaylightSaving : .shortStandard
        return zone.localizedName(for: style, locale: Locale(identifier: language.locale)) ?? zone.identifier
    }
}
