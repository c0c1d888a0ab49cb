/// Makes a tenant. Sends `name` and `region` to `ConsolePath.tenants`.
public struct NewTenantPage: ConsolePage {
    public var regions: [RegionFacts]
    public var form: FormState

    public init(regions: [RegionFacts], form: FormState = FormState()) {
        self.regions = regions
        self.form = form
    }

    public func content(_ words: Words) -> PageContent {
        let fields = [
            Field("name", .text, words["new_tenant.name"], in: form, hint: words["new_tenant.name_hint"]),
            Field(
                "region", .radios, words["tenant.region"], in: form, hint: words["new_tenant.region_hint"],
                choices: regions.map { region in
                    (
                        value: region.id, text: "\(region.place), \(words.country(region.country))",
                        hint: region.operatorName
                            + (region.isUnderForeignLaw ? " · " + words["region.foreign_law"] : "")
                    )
                }),
        ]
        let form = Form(
            to: ConsolePath.tenants, submit: words["new_tenant.submit"], groups: [.init(fields)],
            cancel: ConsolePath.tenants)
        return .staff(
            .tenants, PageHeader(title: words["new_tenant.title"], subtitle: words["new_tenant.text"]),
            path: [Breadcrumb(text: words["tenants.title"], href: ConsolePath.tenants)],
            errors: ErrorSummary(self.form, fields: fields, words: words),
            [
                regions.isEmpty
                    ? Block(EmptyState(title: words["regions.none"], text: words["regions.none_text"]))
                    : Block(Section("form", words["new_tenant.form"], [Block(form)]))
            ])
    }
}
