//! Every mistake is found, named, and told with what to do.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use carekey_tests::processes::{Region, Service, must, refused};

fn edit(service: &Service, from: &str, to: &str) {
    let path = service.path("hospital.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(path, text.replace(from, to)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn secrets_are_their_owners_alone_and_the_network_file_holds_none() {
    let region = Region::found(&["North General"]);
    for service in [&region.authority, &region.hospitals[0]] {
        assert_eq!((mode(&service.path("secret")), mode(&service.dir)), (0o600, 0o700));
        let secret = fs::read_to_string(service.path("secret")).unwrap();
        for file in ["network.json", "request.json", "hospital.toml", "authority.toml"] {
            let text = fs::read_to_string(service.path(file)).unwrap_or_default();
            assert!(!text.contains(secret.trim()), "{file}");
        }
    }
    let again = ["hospital", "init", "--dir", region.hospitals[0].dir(), "--name", "North", "--listen", "127.0.0.1:1"];
    assert!(refused(again).contains("is there already"), "nothing is overwritten");
    let again = ["authority", "init", "--dir", region.authority.dir(), "--hospital"];
    let request = region.hospitals[0].path("request.json");
    let said = refused(again.into_iter().chain([request.to_str().unwrap()]));
    assert!(said.contains("founded already") && said.contains("add-hospital"), "{said}");
}

#[test]
fn all_mistakes_are_told_at_once_each_with_its_key() {
    let region = Region::found(&["North General"]);
    let north = &region.hospitals[0];
    let check = ["hospital", "check-config", "--dir", north.dir()];
    assert!(must(check).contains("North General is hospital 000001 of Example Region"));

    edit(north, "name = \"North General\"", "name = \"\"");
    edit(north, &format!("[\"/ip4/127.0.0.1/tcp/{}\"]", north.listen.port()), "[\"north.example:4101\"]");
    edit(north, &format!("listen = \"{}\"", north.monitor), "listen = \"0.0.0.0:9401\"");
    fs::remove_file(north.path("secret")).unwrap();
    let said = refused(check);
    for told in ["name: it is empty", "listen: `north.example:4101`", "monitor.listen: `0.0.0.0:9401`", "secret: "] {
        assert!(said.contains(told), "{told} in:\n{said}");
    }
    assert!(said.lines().all(|line| line.contains("hospital.toml: ")), "each names the file:\n{said}");
    let run = refused(["hospital", "run", "--dir", north.dir()]);
    assert!(run.contains("monitor.listen"), "`run` refuses the same: {run}");

    edit(north, "# records = \"s3://bucket/prefix\"", "records = \"https://bucket.example\"");
    assert!(refused(check).contains("records: "), "an address that is no store's is named");

    edit(north, "[log]", "[logs]");
    let said = refused(check);
    assert!(said.contains("line ") && said.contains("logs"), "a mistyped key is named: {said}");
}

#[test]
fn a_hospital_without_a_network_or_in_the_wrong_one_says_whom_to_ask() {
    let (region, other) = (Region::found(&["North General"]), Region::found(&["Elsewhere"]));
    let north = &region.hospitals[0];
    let check = ["hospital", "check-config", "--dir", north.dir()];
    fs::remove_file(north.path("network.json")).unwrap();
    assert!(refused(check).contains("authority's operator"));
    fs::copy(other.network_file(), north.path("network.json")).unwrap();
    let said = refused(check);
    assert!(said.contains("does not know this hospital") && said.contains("request.json"), "{said}");
    let network = region.network_file();
    let said = refused(["hospital", "init", "--dir", north.dir(), "--network", network.to_str().unwrap()]);
    assert!(said.contains("another network"), "{said}");
}

#[test]
fn a_request_that_was_changed_on_the_way_is_not_admitted() {
    let mut region = Region::start(&["North General"]);
    let south = region.init_hospital("South Clinic");
    let request = region.hospitals[south].path("request.json");
    let text = fs::read_to_string(&request).unwrap();
    fs::write(&request, text.replace("South Clinic", "North General")).unwrap();
    let add = ["authority", "add-hospital", "--dir", region.authority.dir(), request.to_str().unwrap()];
    assert!(refused(add).contains("changed after the hospital signed it"));
    fs::write(&request, "{}").unwrap();
    assert!(refused(add).contains("not a request"));

    let code = ["authority", "code", "--dir", region.authority.dir(), "--role", "doctor", "--name", "Dr X"];
    let said = refused(code.into_iter().chain(["--hospital", "west"]));
    assert!(said.contains("no hospital is called `west`") && said.contains("North General (000001)"), "{said}");
}

#[test]
fn logs_for_machines_are_json() {
    let mut region = Region::found(&["North General"]);
    edit(&region.hospitals[0], "format = \"text\"", "format = \"json\"");
    let north = &mut region.hospitals[0];
    north.start();
    north.stop();
    let log = north.log();
    let events: Vec<serde_json::Value> =
        log.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(events.iter().any(|event| event["message"] == "hospital started"), "{log}");
}
