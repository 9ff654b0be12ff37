//! `retain path`, `unlock`, `lock`: the map of the course, what was read, and what was opened by hand.

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::store::Opened;
use crate::term::{Tty, programs};
use crate::view::page::KeyHint;
use crate::view::path;

/// Show the map of the course: levels, resources, decks, exams, what is locked and what comes next
#[derive(Debug, clap::Args)]
pub(super) struct PathArgs {
    /// As one JSON object
    #[arg(long, conflicts_with_all = ["open", "read", "unread"])]
    json: bool,
    /// Print a resource's links, and at a terminal open the first
    #[arg(long, value_name = "RESOURCE")]
    open: Option<String>,
    /// Mark a resource as read
    #[arg(long, value_name = "RESOURCE")]
    read: Option<String>,
    /// Take that mark back
    #[arg(long, value_name = "RESOURCE")]
    unread: Option<String>,
}

/// Open a level or a deck by hand: its new cards take part in daily review
#[derive(Debug, clap::Args)]
pub(super) struct UnlockArgs {
    /// The level, or the deck by name or file stem
    #[arg(value_name = "LEVEL|DECK")]
    name: String,
}

/// Take back what was opened by hand; cards already begun go on
#[derive(Debug, clap::Args)]
pub(super) struct LockArgs {
    /// The level, or the deck by name or file stem
    #[arg(value_name = "LEVEL|DECK")]
    name: String,
}

pub(super) fn run(app: &mut App, args: &PathArgs) -> Outcome {
    app.refresh(&[])?;
    let at = app.moment();
    if args.json {
        return Ok(output::raw(format!("{:#}\n", app.path_json(&at)?).as_bytes())?);
    }
    if let Some(name) = &args.open {
        return open(app, name);
    }
    if let Some(name) = &args.read {
        let resource = app.resource_named(name)?;
        let news = app.store.mark_read(&resource.id, at.now, at.today)?;
        let text = if news { "read" } else { "it was marked as read already" };
        return Ok(output::say(&format!("{}: {text}", resource.title))?);
    }
    if let Some(name) = &args.unread {
        let resource = app.resource_named(name)?;
        if !app.store.mark_unread(&resource.id)? {
            return Err(Failure::no(format!("`{}` was not marked as read", resource.id)));
        }
        return Ok(output::say(&format!("{}: not read", resource.title))?);
    }
    let view = app.path(&at)?;
    Ok(output::lines(&path::report(&view, output::width(&app.config)), &app.config)?)
}

fn open(app: &App, name: &str) -> Outcome {
    let resource = app.resource_named(name)?;
    if resource.links.is_empty() {
        return Err(Failure::no(format!("`{}` has no link", resource.id))
            .hint(format!("`retain exam --resource {}` asks what its decks teach", resource.id)));
    }
    for link in &resource.links {
        output::say(link)?;
    }
    if !app.config.dumb
        && Tty::is_there()
        && let Some(first) = resource.links.first()
        && let Err(error) = programs::open(&app.config.opener, first)
    {
        output::complain(&format!("warning: the link could not be opened: {error}\n"));
    }
    Ok(())
}

/// Shows the map on a screen of its own, from the home screen.
pub(super) fn on_screen(app: &App) -> Outcome {
    let view = app.path(&app.moment())?;
    let menu = [KeyHint::new("↑↓", "scroll"), KeyHint::new("q", "home")];
    output::scrolled(&app.config, |size, scroll| path::screen(&view, &menu, size, scroll))
}

fn name_of(what: &Opened) -> String {
    match what {
        Opened::Level(level) => level.to_string(),
        Opened::Deck(slug) => slug.clone(),
    }
}

pub(super) fn unlock(app: &mut App, args: &UnlockArgs) -> Outcome {
    app.refresh(&[])?;
    let what = app.level_or_deck(&args.name)?;
    let name = name_of(&what);
    if app.store.open_by_hand(&what, app.moment().now)? {
        Ok(output::say(&format!("`{name}` is unlocked: `retain lock {name}` takes it back"))?)
    } else {
        Ok(output::say(&format!("`{name}` was unlocked already"))?)
    }
}

pub(super) fn lock(app: &mut App, args: &LockArgs) -> Outcome {
    app.refresh(&[])?;
    let what = app.level_or_deck(&args.name)?;
    let name = name_of(&what);
    if !app.store.close_by_hand(&what)? {
        let failure = Failure::no(format!("`{name}` was not unlocked by hand"));
        return Err(failure.hint(format!("`retain why {name}` says how it stands")));
    }
    let said = app.why_locked(&what)?;
    Ok(output::say(said.first().map_or("", String::as_str))?)
}
