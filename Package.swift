// swift-tools-version: 6.2
import PackageDescription

// Floors, lowest first: System < Postgres, Outbound, Documents < Signing, PluginKit < Platform < Server.
// A plugin stands on PluginKit alone. An import that climbs does not build.

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")

let package = Package(
    name: "obhut",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "obhut", targets: ["Server"]),
        .library(name: "PluginKit", targets: ["PluginKit"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-crypto", "4.5.2"..<"5.0.0"),
        .package(url: "https://github.com/vapor/jwt-kit", "5.7.1"..<"6.0.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    ],
    targets: [
        // System: what C gives us, and the shims that make it callable.
        .systemLibrary(
            name: "CPQ", path: "Sources/Core/System/CPQ", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]),
        .target(
            name: "CCurl", path: "Sources/Core/System/CCurl",
            linkerSettings: [.linkedLibrary("curl")]),
        .target(
            name: "COpenSSL", path: "Sources/Core/System/COpenSSL",
            linkerSettings: [.linkedLibrary("ssl"), .linkedLibrary("crypto")]),
        .systemLibrary(
            name: "CPango", path: "Sources/Core/System/CPango", pkgConfig: "pangocairo",
            providers: [.apt(["libpango1.0-dev", "libcairo2-dev"])]),
        .systemLibrary(
            name: "CQRencode", path: "Sources/Core/System/CQRencode", pkgConfig: "libqrencode",
            providers: [.apt(["libqrencode-dev"])]),

        // Core
        .target(
            name: "Postgres", dependencies: ["CPQ", logging, metrics, lifecycle],
            path: "Sources/Core/Postgres", swiftSettings: settings),
        .target(
            name: "Outbound", dependencies: ["CCurl", logging],
            path: "Sources/Core/Outbound", swiftSettings: settings),
        .target(
            name: "Signing", dependencies: ["COpenSSL", "Outbound"],
            path: "Sources/Core/Signing", swiftSettings: settings),
        .target(
            name: "Documents", dependencies: ["CPango"],
            path: "Sources/Core/Documents", swiftSettings: settings),
        .target(
            name: "PluginKit", dependencies: ["Outbound", crypto, logging],
            path: "Sources/Core/PluginKit",
            resources: [
                .embedInCode("Pages/Web/parts.js"), .embedInCode("Pages/Web/button.css"),
                .embedInCode("Pages/Web/dialog.css"), .embedInCode("Pages/Web/words.json"),
            ], swiftSettings: settings),
        .target(
            name: "Platform",
            dependencies: [
                "PluginKit", "Postgres", "Outbound", "Signing", "Documents", crypto, logging, metrics, lifecycle, deque,
                yams,
                .product(name: "CryptoExtras", package: "swift-crypto"), .product(name: "JWTKit", package: "jwt-kit"),
            ],
            path: "Sources/Core/Platform", resources: [.embedInCode("Agreements/Texts")], swiftSettings: settings),

        // Plugins: one folder, one target each.
        .target(
            name: "WhatsAppCloud", dependencies: ["PluginKit", crypto],
            path: "Sources/Plugins/Channels/WhatsAppCloud", exclude: ["README.md"], swiftSettings: settings),
        .target(
            name: "Declared", dependencies: ["PluginKit"],
            path: "Sources/Plugins/ConsentSources/Declared", exclude: ["README.md"], swiftSettings: settings),
        .target(
            name: "Chatbot", dependencies: ["PluginKit", crypto],
            path: "Sources/Plugins/ConsentSources/Chatbot", exclude: ["README.md"],
            resources: [
                .embedInCode("Web/chat.js"), .embedInCode("Web/chat.css"), .embedInCode("Web/words.json"),
            ], swiftSettings: settings),
        .target(
            name: "SignupWidget", dependencies: ["PluginKit", crypto],
            path: "Sources/Plugins/ConsentSources/SignupWidget", exclude: ["README.md"],
            resources: [
                .embedInCode("Web/widget.js"), .embedInCode("Web/form.css"), .embedInCode("Web/words.json"),
            ], swiftSettings: settings),
        .target(
            name: "SelfHosted", dependencies: ["PluginKit", crypto],
            path: "Sources/Plugins/StorageRegions/SelfHosted", exclude: ["README.md"], swiftSettings: settings),

        // Server
        .target(
            name: "Sandbox",
            dependencies: [
                hummingbird, "Outbound", "PluginKit", crypto, logging, lifecycle, deque,
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Sources/Server/Sandbox", exclude: ["README.md"], swiftSettings: settings),
        // Pages as values and templates: knows neither routes nor database.
        .target(
            name: "Console",
            dependencies: [crypto, .product(name: "Mustache", package: "swift-mustache")],
            path: "Sources/Server/Console",
            resources: [.copy("Assets"), .copy("Catalogues"), .copy("Templates")], swiftSettings: settings),
        .executableTarget(
            name: "Server",
            dependencies: [
                "Platform", "PluginKit", "Postgres", "Outbound", "Signing", "Sandbox", "Console", "CQRencode",
                "WhatsAppCloud", "Declared", "SelfHosted",
                "Chatbot", "SignupWidget",
                hummingbird, crypto, logging, metrics, lifecycle,
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ],
            path: "Sources/Server", exclude: ["Console", "Sandbox"], swiftSettings: settings),

        // Tests: a target a source target.
        .target(
            name: "TestSupport", dependencies: ["Postgres", "PluginKit", logging],
            path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "PostgresTests", dependencies: ["Postgres", "TestSupport", logging, metrics, lifecycle],
            swiftSettings: settings),
        .testTarget(
            name: "OutboundTests", dependencies: ["Outbound", "TestSupport", logging], swiftSettings: settings),
        .testTarget(
            name: "SigningTests", dependencies: ["Signing", "Outbound", "TestSupport", logging],
            swiftSettings: settings),
        .testTarget(name: "DocumentsTests", dependencies: ["Documents"], swiftSettings: settings),
        .testTarget(name: "PluginKitTests", dependencies: ["PluginKit", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "PlatformTests",
            dependencies: [
                "Platform", "PluginKit", "Postgres", "Outbound", "Signing", "TestSupport", "SelfHosted",
                "WhatsAppCloud", "Declared", "Documents", crypto, logging, lifecycle,
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "WhatsAppCloudTests",
            dependencies: ["WhatsAppCloud", "PluginKit", "Outbound", "TestSupport", crypto],
            swiftSettings: settings),
        .testTarget(name: "DeclaredTests", dependencies: ["Declared", "PluginKit"], swiftSettings: settings),
        .testTarget(
            name: "ChatbotTests", dependencies: ["Chatbot", "PluginKit", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "SignupWidgetTests", dependencies: ["SignupWidget", "PluginKit", crypto], swiftSettings: settings),
        .testTarget(name: "SelfHostedTests", dependencies: ["SelfHosted", "PluginKit"], swiftSettings: settings),
        .testTarget(
            name: "SandboxTests", dependencies: ["Sandbox", "Outbound", "PluginKit", crypto, logging, lifecycle],
            swiftSettings: settings),
        // Every page in every state, for the tests of the console and to look at.
        .target(
            name: "ConsoleSamples", dependencies: ["Console"], path: "Tests/ConsoleSamples", swiftSettings: settings),
        .executableTarget(
            name: "ConsoleGallery", dependencies: ["Console", "ConsoleSamples"], path: "Tests/ConsoleGallery",
            swiftSettings: settings),
        .testTarget(name: "ConsoleTests", dependencies: ["Console", "ConsoleSamples"], swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Console", "Platform", "PluginKit", "Postgres", "Outbound", "Signing", "TestSupport",
                hummingbird,
                logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: settings),

        // Benchmarks: a load generator of its own, beside pgbench.
        .executableTarget(
            name: "Bench",
            dependencies: [
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                "Platform", crypto,
            ],
            path: "Benchmarks", exclude: ["README.md", "run.py", "ingest.sql", "send.sql"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)
