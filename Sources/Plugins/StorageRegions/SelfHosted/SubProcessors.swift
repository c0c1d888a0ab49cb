import PluginKit

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reads `sub_processors`: names, and names that are announced for a day, as `Tape Ltd. from 2027-03-01`.
struct SubProcessors {
    private(set) var present: [String] = []
    private(set) var coming: [ComingSubProcessor] = []

    /// - Throws: for a day that there is not, and for somebody who is named twice.
    init(_ entries: [String], region: String) throws(StorageRegionError) {
        var names: Set<String> = []
        for entry in entries {
            var name = entry
            if let match = entry.wholeMatch(of: /(.*\S)\s+from\s+([0-9]{4}-[0-9]{2}-[0-9]{2})/) {
                name = String(match.1)
                guard let day = Self.day(String(match.2)) else {
                    throw StorageRegionError(
                        region: region, reason: "sub_processors names the day \(match.2), which there is not")
                }
                coming.append(ComingSubProcessor(name: name, from: day))
            } else {
                present.append(name)
            }
            guard names.insert(name).inserted else {
                throw StorageRegionError(region: region, reason: "sub_processors names \(name) twice")
            }
        }
    }

    /// The beginning of a day that exists, UTC.
    private static func day(_ text: String) -> Date? {
        let parts = text.split(separator: "-").compactMap { Int($0) }
        var calendar = Calendar(identifier: .gregorian)
        guard parts.count == 3, let utc = TimeZone(secondsFromGMT: 0) else { return nil }
        calendar.timeZone = utc
        guard
            let date = calendar.date(from: DateComponents(year: parts[0], month: parts[1], day: parts[2])),
            calendar.dateComponents([.year, .month, .day], from: date)
                == DateComponents(year: parts[0], month: parts[1], day: parts[2])
        else { return nil }
        return date
    }
}
