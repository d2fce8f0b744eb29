//! One summary out of all of a person's documents: made, shown, printed, handed to other programs.

mod print;
mod words;

use std::sync::Arc;

use carekey_clinical::summary::{IpsIdentity, Source, Summarizer, Summary, ips_document};
use carekey_clinical::{DocumentView, recognise, view};
use rand_core::Rng as _;

use crate::app::lock;
use crate::context::Context;
use crate::documents;
use crate::opened::OpenProfile;
use crate::tasks::Task;
use crate::types::{
    Done, ErrorCode, ErrorView, Language, RecordKind, RecordRow, SummaryExportRequest, SummaryFormat,
    SummaryMakeRequest, SummaryShowRequest, SummaryShown, SummarySource, SummaryView, TaskKind, TaskStarted,
};
use crate::views::summary::sections;
use crate::{errors, files, timeline};
use words::Words;

/// Larger documents are not read for a summary.
const READ_BYTES_MAX: u64 = 20 << 20;

/// A summary, and what it was made from.
pub(crate) struct Made {
    at: u64,
    name: String,
    participant_id: String,
    summary: Summary,
    /// All documents it was made from, read or not: a different list makes it outdated.
    considered: Vec<String>,
    unread: Vec<String>,
}

pub(crate) async fn make(cx: &Context, _: SummaryMakeRequest) -> Result<TaskStarted, ErrorView> {
    let profile = cx.member()?;
    let rows = considered(&profile)?;
    let total = Some(rows.len() as u64);
    Ok(cx.start_task(TaskKind::Summary, "", total, move |task| async move {
        let made = read_all(&profile, &task, rows).await?;
        *lock(&profile.summary) = Some(Arc::new(made));
        Ok(None)
    }))
}

pub(crate) async fn show(cx: &Context, _: SummaryShowRequest) -> Result<SummaryShown, ErrorView> {
    let profile = cx.member()?;
    let Some(made) = made(&profile) else { return Ok(SummaryShown { summary: None, outdated: false }) };
    let now: Vec<String> = considered(&profile)?.into_iter().map(|row| row.id).collect();
    Ok(SummaryShown { outdated: now != made.considered, summary: Some(made.view()) })
}

pub(crate) async fn export(cx: &Context, request: SummaryExportRequest) -> Result<Done, ErrorView> {
    let profile = cx.member()?;
    let path = files::absolute(&request.path)?;
    let made = made(&profile).ok_or_else(|| errors::with_detail(ErrorCode::NotFound, "no summary was made yet"))?;
    files::blocking(move || {
        let words = Words::of(request.language);
        let bytes = match request.format {
            SummaryFormat::Pdf => print::pdf(&made, words, request.language).map_err(errors::internal)?,
            SummaryFormat::Ips => serde_json::to_vec_pretty(&ips_document(&made.summary, &made.identity(words)))
                .map_err(errors::internal)?,
        };
        files::replace(&path, &bytes).map_err(|error| errors::unwritable(&path, &error))
    })
    .await?;
    Ok(Done {})
}

fn made(profile: &OpenProfile) -> Option<Arc<Made>> {
    lock(&profile.summary).clone()
}

/// Own clinical documents, in the order of the list.
fn considered(profile: &OpenProfile) -> Result<Vec<RecordRow>, ErrorView> {
    let mut rows = timeline::all(profile)?;
    rows.retain(|row| row.kind == RecordKind::Clinical);
    Ok(rows)
}

/// Reads one document after the other; one that cannot be read is named instead of stopping the rest.
async fn read_all(profile: &OpenProfile, task: &Task, rows: Vec<RecordRow>) -> Result<Made, ErrorView> {
    let (mut summarizer, mut unread) = (Summarizer::default(), Vec::new());
    for (at, row) in rows.iter().enumerate() {
        task.progress(at as u64, None);
        let key = documents::key(profile, &row.id, None)?;
        // Read by the program, not by the person: what is new stays new.
        let read = match task.unless_cancelled(profile.wallet.peek_record(&key.1)).await {
            Ok(opened) if opened.bytes <= READ_BYTES_MAX => {
                let (source, name) = (source(row), opened.metadata.file_name.to_string());
                let bytes = tokio::task::block_in_place(|| opened.to_vec(READ_BYTES_MAX))?;
                take_in(&mut summarizer, &bytes, &name, source)
            }
            Ok(_) => false,
            Err(error) if error.code == ErrorCode::Cancelled => return Err(error),
            Err(_) => false,
        };
        if !read {
            unread.push(row.title.clone());
        }
    }
    let me = profile.me()?;
    Ok(Made {
        at: files::now(),
        name: me.body.name.to_string(),
        participant_id: me.body.id.to_string(),
        summary: summarizer.finish(),
        considered: rows.into_iter().map(|row| row.id).collect(),
        unread,
    })
}

fn take_in(summarizer: &mut Summarizer, bytes: &[u8], name: &str, source: Source) -> bool {
    let kind = recognise(Some(name).filter(|name| !name.is_empty()), bytes).kind;
    match view(bytes, kind) {
        Ok(DocumentView::Fhir(document)) => summarizer.add(&document, source),
        Ok(DocumentView::Page(page)) => summarizer.add_page(&page, source),
        _ => return false,
    }
    true
}

fn source(row: &RecordRow) -> Source {
    Source { id: row.id.clone(), title: row.title.clone(), author: row.author.name.clone(), date: row.date }
}

impl Made {
    fn view(&self) -> SummaryView {
        let source = |one: &Source| SummarySource {
            record_id: one.id.clone(),
            title: one.title.clone(),
            author: one.author.clone(),
        };
        SummaryView {
            made: self.at,
            name: self.name.clone(),
            birth_date: self.summary.patient.as_ref().and_then(|patient| patient.birth_date.clone()),
            sections: sections(&self.summary),
            sources: self.summary.sources.iter().map(source).collect(),
            unread: self.unread.clone(),
        }
    }

    fn identity(&self, words: &Words) -> IpsIdentity {
        let mut seed = [0; 14];
        files::rng().fill_bytes(&mut seed);
        IpsIdentity {
            name: self.name.clone(),
            participant_id: self.participant_id.clone(),
            made: words::instant(self.at),
            seed,
            title: words.title.to_owned(),
            headings: words.headings.map(str::to_owned),
            nothing_known: words.nothing_known.to_owned(),
        }
    }
}

/// Whoever asks in the system's language is asked to say which one that is.
impl Words {
    fn of(language: Language) -> &'static Self {
        match language {
            Language::De => &words::DE,
            Language::En | Language::System => &words::EN,
        }
    }
}
