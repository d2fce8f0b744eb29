//! A network is founded, grows, is looked after, and one of its hospitals is lost and brought back.

use std::fs;
use std::path::Path;

use carekey_ledger::{BlockEntry, Store};
use carekey_protocol::transaction::Author;
use carekey_protocol::{BlockHeight, Certificate};
use carekey_tests::processes::{Region, must, refused};
use serde_json::Value;

/// A person's wallet, driven from a shell.
struct Wallet<'a> {
    region: &'a Region,
    profile: String,
}

impl<'a> Wallet<'a> {
    fn enrolled(region: &'a Region, name: &str, code: &str) -> Self {
        let profile = region.path(&name.replace(' ', "-")).to_str().unwrap().to_owned();
        fs::create_dir_all(&profile).unwrap();
        let passphrase = region.path("passphrase");
        fs::write(passphrase, "correct horse battery").unwrap();
        let wallet = Self { region, profile };
        wallet.does(&["create", "--name", name]);
        wallet.does(&["enrol", code]);
        wallet
    }

    fn does(&self, what: &[&str]) -> Value {
        let (network, passphrase) = (self.region.network_file(), self.region.path("passphrase"));
        let wallet = ["wallet", "--json", "--profile", &self.profile, "--network", network.to_str().unwrap()];
        let secret = ["--passphrase-file", passphrase.to_str().unwrap()];
        let said = must(wallet.into_iter().chain(secret).chain(what.iter().copied()).collect::<Vec<_>>());
        serde_json::from_str(&said).unwrap()
    }

    fn certificate(&self) -> Certificate {
        Certificate::from_card(self.does(&["whoami"])["card"].as_str().unwrap()).unwrap()
    }
}

/// Who signed what people wrote, as everybody sees it on the ledger.
fn pseudonyms(dir: &Path) -> Vec<String> {
    let network = carekey_network::NetworkFile::load(&dir.join("network.json")).unwrap();
    let store = Store::open(&dir.join("ledger.db"), &network.genesis).unwrap();
    let head = store.reader().head().unwrap().header.height;
    let blocks = (1..=head.0).filter_map(|height| store.reader().block(BlockHeight(height)).unwrap());
    let mut found = Vec::new();
    for block in blocks {
        for transaction in block.transactions.iter().filter_map(BlockEntry::transaction) {
            if let Author::Pseudonym { key, .. } = &transaction.author {
                found.push(key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect());
            }
        }
    }
    found
}

#[test]
fn a_network_is_founded_and_a_second_hospital_joins_while_it_runs() {
    let mut region = Region::start(&["North General"]);
    let authority = region.authority.dir().to_owned();
    let network = region.network_file();
    let shown = must(["network", "show", network.to_str().unwrap()]);
    assert!(shown.contains("Example Region") && shown.contains("North General"), "{shown}");

    let code = region.code("north", "doctor", "Dr Amir Haddad");
    let amir = Wallet::enrolled(&region, "Dr Amir Haddad", &code);
    assert_eq!(amir.certificate().body.hospital.to_string(), "000001");
    let code = region.code("000001", "person", "Maria Keller");
    let maria = Wallet::enrolled(&region, "Maria Keller", &code);
    let letter = region.path("letter.txt");
    fs::write(&letter, "Blood pressure 120 to 80").unwrap();
    maria.does(&["import", letter.to_str().unwrap(), "--title", "Letter"]);
    maria.does(&["sync"]);
    let (maria, amir) = (maria.certificate(), amir.certificate());

    let south = region.init_hospital("South Clinic");
    region.admit(south, 0);
    region.hospitals[south].start();
    let height = region.hospitals[0].height();
    let status = region.hospitals[south].until("South to have caught up", |status| {
        status["registered"] == true && status["height"].as_u64() >= Some(height) && status["pseudonyms"] != 0
    });
    assert_eq!((&status["hospital"], &status["votingPower"]), (&"000002".into(), &0.into()));
    let shown = must(["network", "show", network.to_str().unwrap()]);
    assert!(shown.contains("hospital 000002, admitted later"), "{shown}");
    let code = region.code("south", "nurse", "Ngozi Okafor");
    assert_eq!(Wallet::enrolled(&region, "Ngozi Okafor", &code).certificate().body.hospital.to_string(), "000002");

    // It gets a vote, and keeps it when the same is asked again.
    for _ in 0..2 {
        region.admit(south, 1);
    }
    for hospital in &region.hospitals {
        hospital.until("two validators", |status| status["validators"] == 2);
    }
    must(["authority", "retire-hospital", "--dir", &authority, "south"]);
    region.hospitals[0].until("one validator", |status| status["validators"] == 1);
    let said = refused(["authority", "retire-hospital", "--dir", &authority, "north"]);
    assert!(said.contains("no hospital would have voting power"), "{said}");

    let serial = amir.body.serial.0.to_string();
    must(["authority", "revoke-certificate", "--dir", &authority, &serial]);
    must(["authority", "revoke-certificate", "--dir", &authority, &serial]);

    // A dispute. Maria's pseudonym is one of those that stand on the ledger.
    let copy = region.path("copy");
    must(["hospital", "backup", "--dir", region.hospitals[0].dir(), "--to", copy.to_str().unwrap()]);
    let told: Vec<String> = pseudonyms(&copy)
        .iter()
        .map(|key| must(["authority", "trace", "--dir", &authority, key, "--case", "order 12/26"]))
        .collect();
    assert!(
        told.iter().any(|name| name.contains("Maria Keller") && name.contains(&maria.body.id.to_string())),
        "{told:?}"
    );
    region.authority.stop();
    let said = refused(["authority", "trace", "--dir", &authority, &"02".repeat(33), "--case", "order 13/26"]);
    assert!(said.contains("does not run"), "{said}");

    let all = [region.authority.log(), region.hospitals[0].log(), region.hospitals[south].log()].concat();
    for word in ["Maria", "Keller", "Haddad", "Amir", "Ngozi", &code, &maria.body.id.to_string(), "order 12"] {
        assert!(!all.contains(word), "`{word}` stands in a log:\n{all}");
    }
}

#[test]
fn a_hospital_stops_when_told_and_goes_on_where_it_was() {
    let mut region = Region::start(&["North General"]);
    let code = region.code("north", "person", "Maria Keller");
    let maria = Wallet::enrolled(&region, "Maria Keller", &code);
    let letter = region.path("letter.txt");
    fs::write(&letter, "Blood pressure 120 to 80").unwrap();
    maria.does(&["import", letter.to_str().unwrap()]);
    maria.does(&["sync"]);
    let north = &mut region.hospitals[0];
    assert_eq!(north.metric("voting_power"), Some(1.0));
    assert!(north.metric("height") > Some(0.0) && north.metric("received_bytes_total") > Some(0.0));
    assert_eq!(north.ask("/health").unwrap().0, 200);
    let said = must(["hospital", "status", "--dir", north.dir()]);
    assert!(said.contains("North General (hospital 000001)") && said.contains("votes with 1 among 1"), "{said}");

    let height = north.height();
    assert!(north.stop().success(), "SIGTERM is no failure: {}", north.log());
    assert!(north.log().contains("hospital stopped"), "{}", north.log());
    let said = refused(["hospital", "status", "--dir", north.dir()]);
    assert!(said.contains("does not run") && said.contains("carekey hospital run"), "{said}");
    north.start();
    assert!(north.height() >= height);
    north.kill();
    north.start();
    assert!(north.height() >= height, "also after SIGKILL");
    assert!(region.authority.stop().success());
}

#[test]
fn a_lost_hospital_comes_back_from_its_copy() {
    let mut region = Region::start(&["North General"]);
    let code = region.code("north", "person", "Maria Keller");
    let copy = region.path("copy");
    {
        let maria = Wallet::enrolled(&region, "Maria Keller", &code);
        let letter = region.path("letter.txt");
        fs::write(&letter, "Blood pressure 120 to 80").unwrap();
        maria.does(&["import", letter.to_str().unwrap()]);
        maria.does(&["sync"]);
        let north = &region.hospitals[0];
        let said = must(["hospital", "backup", "--dir", north.dir(), "--to", copy.to_str().unwrap()]);
        assert!(said.contains("1 records"), "{said}");
    }
    assert!(!copy.join("secret").exists(), "keys are not copied unasked");
    let said = refused(["hospital", "backup", "--dir", region.hospitals[0].dir(), "--to", copy.to_str().unwrap()]);
    assert!(said.contains("there already"), "{said}");
    let north = &mut region.hospitals[0];
    let height = north.height();
    north.stop();

    let secret = fs::read(north.path("secret")).unwrap();
    fs::remove_dir_all(&north.dir).unwrap();
    fs::rename(&copy, &north.dir).unwrap();
    let said = refused(["hospital", "check-config", "--dir", north.dir()]);
    assert!(said.contains("secret:") && said.contains("keep it safe"), "{said}");
    fs::write(north.path("secret"), secret).unwrap();
    let said = refused(["hospital", "check-config", "--dir", north.dir()]);
    assert!(said.contains("others on this computer can read it") && said.contains("chmod 600"), "{said}");
    only_for_its_owner(&north.path("secret"));
    north.start();
    assert!(north.height() >= height);
    must(["ledger", "verify", "--dir", north.dir()]);

    let maria = Wallet { profile: region.path("Maria-Keller").to_str().unwrap().to_owned(), region: &region };
    let records = maria.does(&["records"]);
    let record = records["rows"][0]["id"]
        .as_str()
        .or(records["records"][0]["id"].as_str())
        .unwrap_or_else(|| panic!("{records}"));
    let read = maria.does(&["read", record]).to_string();
    assert!(read.contains("120 to 80"), "the sealed record was in the copy: {read}");
}

fn only_for_its_owner(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}
