import Platform
import PluginKit

import struct Foundation.Date

/// What a consent source is given for one request to one of its set-ups.
struct PublicSourceHost: ConsentSourceHost {
    let service: PublicSourceService
    let source: PublicSource
    /// The reader's language tags, the most wanted first.
    let languages: [String]
    let receivedAt: Date

    func keep(_ agreed: [ConsentEventDraft]) async throws -> EntryCode {
        try await service.keep(agreed, from: source, languages: languages)
    }

    func seal(_ state: JSON, for lifetime: Int) async throws -> String {
        try await service.seal(state, for: source, until: receivedAt.addingTimeInterval(Double(lifetime)))
    }

    func open(_ sealed: String) async throws -> JSON? {
        try await service.open(sealed, for: source, at: receivedAt)
    }

    func chatLink(text: String) -> String? {
        source.setup.channelAddress.flatMap { source.channelPlugin?.chatLink(to: $0, text: text) }
    }

    func qrCode(_ text: String) throws -> String { try QRPicture.svg(text) }
}
