//! `retain backup` and `retain restore`: copies of the database, out and back.

use std::path::PathBuf;

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::clock::{Clock as _, SystemClock};
use crate::config::Config;
use crate::seed::Seed;
use crate::store::{OpenOptions, Store};

/// Write a copy of the database
#[derive(Debug, clap::Args)]
pub(super) struct BackupArgs {
    /// Where to; by default a dated file among the automatic copies
    path: Option<PathBuf>,
    /// List the automatic copies instead
    #[arg(long, conflicts_with = "path")]
    list: bool,
}

/// Put a copy in the place of the database
///
/// The copy is checked first; the database that stood there is kept beside it.
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// The copy; by default the newest automatic one
    path: Option<PathBuf>,
}

pub(super) fn backup(app: &mut App, args: &BackupArgs) -> Outcome {
    if args.list {
        let copies = app.store.backups()?;
        if copies.is_empty() {
            return Ok(output::say("there are no copies yet; one is made each day after a review")?);
        }
        for copy in copies {
            output::say(&format!("{}  {} bytes", copy.path.display(), copy.size))?;
        }
        return Ok(());
    }
    let path = match &args.path {
        Some(path) => path.clone(),
        None => {
            let stamp = app.zone().local(app.clock.now()).format("%Y-%m-%d-%H%M%S").to_string();
            app.store.backup_folder().join(format!("by-hand-{stamp}.db"))
        }
    };
    if path.exists() {
        return Err(Failure::no(format!("`{}` exists already", path.display()))
            .hint("name a file that does not exist yet"));
    }
    app.store.back_up(&path)?;
    Ok(output::say(&format!("copied to `{}`", path.display()))?)
}

pub(super) fn restore(config: &Config, args: &RestoreArgs) -> Outcome {
    let folder = config.home.join("backups");
    let from = match &args.path {
        Some(path) => path.clone(),
        None => {
            let newest = std::fs::read_dir(&folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "db"))
                .max_by_key(|path| path.metadata().and_then(|meta| meta.modified()).ok());
            newest.ok_or_else(|| {
                Failure::no(format!("there are no copies in `{}`", folder.display()))
                    .hint("`retain restore FILE` takes any copy")
            })?
        }
    };
    let options = OpenOptions { busy_ms: 5_000, now: SystemClock.now(), seed: Seed(0) };
    let kept = Store::restore(&config.database(), &from, options)?;
    output::say(&format!("restored from `{}`", from.display()))?;
    if let Some(kept) = kept {
        output::say(&format!("what stood there before is kept as `{}`", kept.display()))?;
    }
    Ok(())
}
