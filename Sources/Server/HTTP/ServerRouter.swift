import Console
import Hummingbird
import Platform
import PluginKit

/// Every surface of the server, in one place. Who may call a route stands with the route.
enum ServerRouter {
    static func make(
        _ installation: Installation, console: Console, publicURL: String, instance: String? = nil,
        metrics: PrometheusMetrics,
        metricsToken: Secret<String>? = nil, limits: RequestLimits = .none,
        clients: ClientAddresses = ClientAddresses(), book: OperationBook = OperationBook()
    ) -> Router<RequestScope> {
        let router = Router(context: RequestScope.self)
        let table = RouteTable()
        router.addMiddleware {
            RequestMetrics()
            AnswerMiddleware()
            ErrorMiddleware(publicURL: publicURL)
            RefusalMiddleware(tally: installation.refusals, clients: clients)
            RequestShape()
            UnknownRouteMiddleware(table: table, limits: limits, clients: clients)
        }
        let access = Access(installation: installation, metricsToken: metricsToken, limits: limits, clients: clients)
        let surface = Surface(router: router, access: access, book: book, prefix: "")
        HealthRoutes(installation: installation, instance: instance, metrics: metrics).add(to: surface)
        ReferenceRoutes(book: book, publicURL: publicURL).add(to: surface)
        IngressRoutes(installation: installation).add(to: surface)
        TenantRoutes(installation: installation, publicURL: publicURL).add(to: surface)
        CloudAPIRoutes(installation: installation).add(to: surface)
        let answers = PageAnswers(installation: installation, console: console, publicURL: publicURL)
        SignatoryRoutes(installation: installation, clients: clients, answers: answers).add(to: surface)
        PersonRoutes(installation: installation, answers: answers).add(to: surface)
        ConsoleRoutes(installation: installation, console: console, publicURL: publicURL, clients: clients)
            .add(to: surface)
        ConsentSetupRoutes(installation: installation, publicURL: publicURL).add(to: surface)
        PublicSourceRoutes(installation: installation, publicURL: publicURL, limits: limits, clients: clients)
            .add(to: surface)
        AdminRoutes(installation: installation, publicURL: publicURL).add(to: surface)
        table.fill(router.routes.map { RouteTable.Route(method: $0.method, template: $0.path.description) })
        return router
    }
}
