import Hummingbird
import Platform

/// Every surface of the server, in one place. Who may call a route stands with the route.
enum ServerRouter {
    static func make(
        _ installation: Installation, publicURL: String, instance: String?, metrics: PrometheusMetrics
    ) -> Router<RequestScope> {
        let router = Router(context: RequestScope.self)
        router.addMiddleware {
            RequestIDMiddleware()
            ErrorMiddleware()
        }
        let access = Access(installation: installation)
        HealthRoutes(installation: installation, access: access, instance: instance, metrics: metrics).add(to: router)
        IngressRoutes(installation: installation, access: access).add(to: router)
        TenantRoutes(installation: installation, access: access, publicURL: publicURL).add(to: router)
        CloudAPIRoutes(installation: installation, access: access).add(to: router)
        AdminRoutes(installation: installation, access: access, publicURL: publicURL).add(to: router)
        return router
    }
}
