//! Work that takes longer than a breath: its progress, its end, and how it is stopped.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use crate::app::{App, lock};
use crate::context::Context;
use crate::errors;
use crate::types::{
    AppEvent, Done, ErrorCode, ErrorView, TaskCancelRequest, TaskKind, TaskStarted, TaskState, TaskStep, TaskView,
    TasksListRequest, TasksView,
};

/// A window is told of progress at most this often.
const TOLD_EVERY: Duration = Duration::from_millis(100);

/// A task that ended is listed for this long.
const LISTED_FOR: Duration = Duration::from_secs(300);

/// The tasks of all sessions, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    next: AtomicU64,
    of: Mutex<HashMap<String, Vec<Arc<Task>>>>,
}

/// One task.
pub(crate) struct Task {
    app: App,
    session: String,
    cancelled: watch::Sender<bool>,
    now: Mutex<Now>,
}

struct Now {
    view: TaskView,
    told: Option<Instant>,
    ended: Option<Instant>,
}

impl std::fmt::Debug for Task {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Task").field("session", &self.session).finish_non_exhaustive()
    }
}

impl Tasks {
    /// Asks all tasks of a session to stop, and lists them no more.
    pub(crate) fn forget(&self, session: &str) {
        for task in lock(&self.of).remove(session).unwrap_or_default() {
            task.cancel();
        }
    }

    /// Asks all tasks of a session to stop; they stay listed.
    pub(crate) fn cancel(&self, session: &str) {
        for task in self.listed(session) {
            task.cancel();
        }
    }

    /// Whether something of a session is under way.
    pub(crate) fn is_busy(&self, session: &str) -> bool {
        self.listed(session).iter().any(|task| lock(&task.now).ended.is_none())
    }

    /// Asks everything to stop.
    pub(crate) fn cancel_all(&self) {
        lock(&self.of).values().flatten().for_each(|task| task.cancel());
    }

    fn listed(&self, session: &str) -> Vec<Arc<Task>> {
        let mut of = lock(&self.of);
        let Some(tasks) = of.get_mut(session) else { return Vec::new() };
        tasks.retain(|task| lock(&task.now).ended.is_none_or(|ended| ended.elapsed() < LISTED_FOR));
        tasks.clone()
    }
}

impl Task {
    /// Tells how far it is. Answers whether to go on.
    pub(crate) fn progress(&self, done: u64, total: Option<u64>) -> bool {
        let mut now = lock(&self.now);
        now.view.done = done;
        now.view.total = total.or(now.view.total);
        if now.told.is_none_or(|told| told.elapsed() >= TOLD_EVERY) {
            self.tell(&mut now);
        }
        !self.is_cancelled()
    }

    /// Tells what is going on now.
    pub(crate) fn step(&self, step: TaskStep) {
        let mut now = lock(&self.now);
        now.view.step = Some(step);
        self.tell(&mut now);
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        *self.cancelled.borrow()
    }

    /// Fails as soon as the person has cancelled.
    ///
    /// # Errors
    /// `cancelled`.
    pub(crate) fn check(&self) -> Result<(), ErrorView> {
        if self.is_cancelled() { Err(errors::plain(ErrorCode::Cancelled)) } else { Ok(()) }
    }

    /// Waits for something that may be given up when the person cancels.
    ///
    /// # Errors
    /// `cancelled`, or the work's own.
    pub(crate) async fn unless_cancelled<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T, ErrorView>
    where
        ErrorView: From<E>,
    {
        let mut cancelled = self.cancelled.subscribe();
        tokio::select! {
            result = work => Ok(result?),
            _ = cancelled.wait_for(|cancelled| *cancelled) => Err(errors::plain(ErrorCode::Cancelled)),
        }
    }

    fn cancel(&self) {
        self.cancelled.send_replace(true);
    }

    fn end(&self, outcome: Result<Option<String>, ErrorView>) {
        let mut now = lock(&self.now);
        now.view.state = match outcome {
            Ok(record_id) => {
                now.view.done = now.view.total.unwrap_or(now.view.done);
                TaskState::Done { record_id }
            }
            Err(error) if error.code == ErrorCode::Cancelled => TaskState::Cancelled,
            Err(error) => TaskState::Failed { error: self.app.refine(&self.session, error) },
        };
        now.ended = Some(Instant::now());
        self.tell(&mut now);
    }

    fn tell(&self, now: &mut Now) {
        now.told = Some(Instant::now());
        self.app.tell(&self.session, AppEvent::Task { task: now.view.clone() });
    }
}

impl Context {
    /// Starts a task of this session. Its work answers with the record it made, if it made one.
    pub(crate) fn start_task<W>(
        &self,
        kind: TaskKind,
        label: &str,
        total: Option<u64>,
        work: impl FnOnce(Arc<Task>) -> W,
    ) -> TaskStarted
    where
        W: Future<Output = Result<Option<String>, ErrorView>> + Send + 'static,
    {
        let tasks = &self.app.tasks;
        let id = format!("task-{}", tasks.next.fetch_add(1, Ordering::Relaxed) + 1);
        let view = TaskView {
            id: id.clone(),
            kind,
            label: label.to_owned(),
            done: 0,
            total,
            step: None,
            state: TaskState::Running,
        };
        let task = Arc::new(Task {
            app: self.app.clone(),
            session: self.session.clone(),
            cancelled: watch::channel(false).0,
            now: Mutex::new(Now { view, told: None, ended: None }),
        });
        lock(&tasks.of).entry(self.session.clone()).or_default().push(Arc::clone(&task));
        task.progress(0, total);
        let work = tokio::spawn(work(Arc::clone(&task)));
        tokio::spawn(async move {
            // A panic ends the task as a failure, not as a task that never ends.
            let outcome = work.await.unwrap_or_else(|panic| Err(errors::internal(panic)));
            task.end(outcome);
        });
        TaskStarted { task_id: id }
    }
}

pub(crate) async fn list(cx: &Context, _: TasksListRequest) -> Result<TasksView, ErrorView> {
    let tasks = cx.app.tasks.listed(&cx.session);
    Ok(TasksView { tasks: tasks.iter().rev().map(|task| lock(&task.now).view.clone()).collect() })
}

pub(crate) async fn cancel(cx: &Context, request: TaskCancelRequest) -> Result<Done, ErrorView> {
    let tasks = cx.app.tasks.listed(&cx.session);
    let found = tasks.iter().find(|task| lock(&task.now).view.id == request.task_id);
    found.ok_or_else(|| errors::plain(ErrorCode::NotFound))?.cancel();
    Ok(Done {})
}
