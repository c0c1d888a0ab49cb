import PluginKit

/// The script and the dialog's style, from `Web`.
enum WidgetFiles {
    static let page = PageFiles(
        name: "widget", script: PackageResources.widget_js, style: PackageResources.form_css, words: Words.page)
}
