//! Compiles the window configuration and the page's permissions into the app.

fn main() {
    // The page is embedded by a macro, which cargo does not know to expand again when the page was built anew.
    println!("cargo::rerun-if-changed=../ui/dist");
    // Naming the commands makes each of them need a permission; without this a page may call them all.
    let commands =
        tauri_build::AppManifest::new().commands(&["call", "bytes", "notify", "tray", "desktop", "take_link"]);
    let attributes = tauri_build::Attributes::new().app_manifest(commands);
    if let Err(error) = tauri_build::try_build(attributes) {
        println!("cargo::error=the app's configuration is not usable: {error:#}");
    }
}
