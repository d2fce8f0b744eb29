//! Records: adding, listing, reading, saving.

use std::error::Error;
use std::path::{Path, PathBuf};

use carekey_api::types::ErrorCode;
use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::connection::{Connection, Failure};
use super::sharing::person;

/// Where records lie.
#[derive(Debug, Clone, Copy, ValueEnum)]
#[value(rename_all = "camelCase")]
pub(crate) enum Collection {
    General,
    Heart,
    Medication,
    Laboratory,
    MentalHealth,
    Devices,
}

impl Collection {
    pub(crate) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file.
    file: PathBuf,
    /// Its title [default: found in the file].
    #[arg(long)]
    title: Option<String>,
    /// Where to put it [default: where it fits].
    #[arg(long)]
    collection: Option<Collection>,
    /// As a clinician: the patient for whom it is, by identifier, contact card or name.
    #[arg(long, value_name = "PERSON")]
    patient: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only this collection.
    #[arg(long)]
    collection: Option<Collection>,
    /// Only titles, categories and authors that contain this.
    #[arg(long)]
    text: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The record's identifier.
    record: String,
    /// Whose record, when somebody shares it: their identifier or name.
    #[arg(long, value_name = "PERSON")]
    patient: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    which: Which,
    /// Where to save it.
    file: PathBuf,
}

pub(crate) async fn import(connection: &Connection, import: Import) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    let path = absolute(&import.file)?;
    let found = connection.call("file_inspect", json!({ "path": path })).await?;
    let title = import.title.map_or(found["title"].clone(), Value::from);
    let collection = import.collection.map_or(found["collection"].clone(), |chosen| chosen.name().into());
    let mut request = json!({ "path": path, "title": title, "collection": collection });
    let record = match import.patient {
        Some(patient) => {
            request["patientId"] = person(connection, &patient).await?.into();
            connection.task("clinic_attach", request).await?
        }
        None => connection.task("record_import", request).await?,
    };
    connection.settle().await?;
    Ok(json!({ "recordId": record, "title": title, "collection": collection }))
}

pub(crate) async fn list(connection: &Connection, list: List) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    let request = json!({ "collection": list.collection.map(Collection::name), "text": list.text });
    Ok(connection.call("records_list", request).await?)
}

pub(crate) async fn read(connection: &Connection, which: Which) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    let request = which.request(connection).await?;
    let opened = open(connection, &request).await?;
    if opened["content"]["kind"] == "withheld" {
        let checks = opened["trust"]["checks"].as_array();
        let failed = checks.and_then(|checks| checks.iter().find(|check| check["outcome"] == "failed"));
        let failed = failed.map(|check| check["check"].to_string()).unwrap_or_default();
        return Err(format!("the record failed the check {failed}; it is not shown").into());
    }
    // The patient is told who read: that notice leaves before we do.
    connection.settle().await?;
    Ok(opened)
}

pub(crate) async fn export(connection: &Connection, export: Export) -> Result<Value, Box<dyn Error>> {
    connection.ready().await?;
    let mut request = export.which.request(connection).await?;
    let path = absolute(&export.file)?;
    open(connection, &request).await?;
    request["path"] = path.clone().into();
    connection.task("record_export", request).await?;
    connection.settle().await?;
    let bytes = std::fs::metadata(&export.file)?.len();
    Ok(json!({ "path": path, "bytes": bytes }))
}

impl Which {
    async fn request(&self, connection: &Connection) -> Result<Value, Box<dyn Error>> {
        Ok(match &self.patient {
            Some(patient) => json!({ "recordId": self.record, "patientId": person(connection, patient).await? }),
            None => json!({ "recordId": self.record }),
        })
    }
}

/// Opens a record. A shared one that no list has named yet is looked for once at the hospitals; each list is an access
/// of which the patient is told, so it is not asked for without need.
async fn open(connection: &Connection, request: &Value) -> Result<Value, Failure> {
    match connection.call("record_open", request.clone()).await {
        Err(Failure(error)) if error.code == ErrorCode::NotFound && !request["patientId"].is_null() => {
            connection.call("shared_records", json!({ "patientId": request["patientId"] })).await?;
            connection.call("record_open", request.clone()).await
        }
        other => other,
    }
}

fn absolute(path: &Path) -> Result<String, Box<dyn Error>> {
    let path = std::path::absolute(path)?;
    Ok(path.to_str().ok_or("the path is not text")?.to_owned())
}
