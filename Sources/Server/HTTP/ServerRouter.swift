import Hummingbird
import Platform
import PluginKit

/// Every surface of the server, in one place. Who may call a route stands with the route.
enum ServerRouter {
    static func make(
        _ installation: Installation, publicURL: String, instance: String? = nil, metrics: PrometheusMetrics,
        metricsToken: Secret<String>? = nil
    ) -> Router<RequestScope> {
        let router = Router(context: RequestScope.self)
        let table = RouteTable()
        router.addMiddleware {
            RequestMetrics()
            AnswerMiddleware()
            ErrorMiddleware()
            UnknownRouteMiddleware(table: table)
        }
        let access = Access(installation: installation, metricsToken: metricsToken)
        HealthRoutes(installation: installation, access: access, instance: instance, metrics: metrics).add(to: router)
        IngressRoutes(installation: installation, access: access).add(to: router)
        TenantRoutes(installation: installation, access: access, publicURL: publicURL).add(to: router)
        CloudAPIRoutes(installation: installation, access: access).add(to: router)
        AdminRoutes(installation: installation, access: access, publicURL: publicURL).add(to: router)
        table.fill(router.routes.map { RouteTable.Route(method: $0.method, template: $0.path.description) })
        return router
    }
}
