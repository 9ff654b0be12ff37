//! `retain review`: the daily review.

use std::io::{self, BufReader};
use std::path::PathBuf;

use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::front::Front;
use crate::app::front::json::JsonFront;
use crate::app::front::plain::PlainFront;
use crate::app::front::terminal::TerminalFront;
use crate::app::plan::Wanted;
use crate::app::review::{Ended, Sitting};
use crate::card::Level;
use crate::diagnostic::did_you_mean;
use crate::review::Purpose;
use crate::session::queue::Order;
use crate::session::{Notice, Session};
use crate::shelf::ShelfError;
use crate::term::Tty;

/// Review the cards that are due, and take up new ones
///
/// Without a terminal, or with --plain, reads and writes plain lines. Every answer is saved at once, so a session can be
/// left at any moment and taken up again.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Deck files or folders: only their cards
    paths: Vec<PathBuf>,
    #[command(flatten)]
    choice: Choice,
    #[command(flatten)]
    mode: Mode,
    /// Allow N more new cards today
    #[arg(long, value_name = "N")]
    more: Option<u32>,
    /// Stop after N cards
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Stop after M minutes; the card being answered is finished
    #[arg(long, value_name = "M")]
    minutes: Option<u32>,
    /// What exams showed to be weak first: due or not, and new
    #[arg(long)]
    weak: bool,
    /// The order of due cards
    #[arg(long, value_name = "ORDER", value_enum, default_value_t = OrderArg::Relative)]
    order: OrderArg,
    /// Most overdue first, in a backlog too; short for --order rescue
    #[arg(long, conflicts_with = "order")]
    rescue: bool,
}

/// Which cards.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Choice {
    /// Only this deck, by name or file stem; may be given several times
    #[arg(long = "deck", value_name = "DECK")]
    decks: Vec<String>,
    /// Only this level: beginner, intermediate, advanced
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    level: Option<Level>,
    /// Only cards with this tag
    #[arg(long, value_name = "TAG")]
    tag: Option<String>,
}

/// How to speak with the learner.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct Mode {
    /// Plain lines in and out, for screen readers and pipes
    #[arg(long, conflicts_with = "json")]
    plain: bool,
    /// One JSON object a line in and out, for editors and scripts
    #[arg(long)]
    json: bool,
}

impl Mode {
    /// Tells whether lines were asked for, plain or JSON.
    pub(super) fn is_lines(self) -> bool {
        self.plain || self.json
    }

    /// Tells whether JSON was asked for.
    pub(super) fn is_json(self) -> bool {
        self.json
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OrderArg {
    /// Most overdue first; least overdue first while more is due than a day holds
    Relative,
    /// Most overdue first, always
    Rescue,
    /// By chance
    Random,
    /// Short intervals first
    ShortFirst,
}

pub(super) fn level(text: &str) -> Result<Level, String> {
    Level::from_name(&text.to_lowercase()).ok_or_else(|| {
        let levels = "levels are beginner, intermediate and advanced";
        match did_you_mean(text, Level::ALL.map(Level::name)) {
            Some(near) => format!("{levels}: did you mean `{near}`"),
            None => levels.to_owned(),
        }
    })
}

impl Choice {
    /// Turns the choice into what `app` understands.
    pub(super) fn wanted(&self, decks: &[String], order: Order) -> Wanted {
        let mut names = self.decks.clone();
        names.extend(decks.iter().cloned());
        Wanted { decks: names, level: self.level, tag: self.tag.clone(), paths: None, order, weak: false }
    }
}

pub(super) fn run(app: &mut App, args: &Args) -> Outcome {
    if let Some(more) = args.more {
        app.allow_more(more)?;
    }
    let order = if args.rescue { OrderArg::Rescue } else { args.order };
    let order = match order {
        OrderArg::Relative => Order::Relative,
        OrderArg::Rescue => Order::Rescue,
        OrderArg::Random => Order::Random,
        OrderArg::ShortFirst => Order::ShortFirst,
    };
    let indexed = app.refresh(&args.paths)?;
    let mut wanted = args.choice.wanted(&[], order);
    wanted.weak = args.weak;
    if args.weak && app.weak_cards()?.is_empty() {
        return Err(Failure::no("no exam showed a weakness").hint("`retain exam` sits one"));
    }
    if !args.paths.is_empty() {
        if indexed.given.is_empty() {
            return Err(nothing_there(&args.paths, &indexed.faults));
        }
        wanted.paths = Some(indexed.given);
    }
    let sitting = Sitting { purpose: Purpose::Review, limit: args.limit, minutes: args.minutes };
    let ended = sit(app, &wanted, sitting, args.mode)?;
    match ended {
        Sat::Home => super::home::screen(app),
        Sat::Left => Ok(()),
    }
}

fn nothing_there(paths: &[PathBuf], faults: &[ShelfError]) -> Failure {
    let names: Vec<String> = paths.iter().map(|path| format!("`{}`", path.display())).collect();
    let failure = Failure::no(format!("there are no decks in {}", names.join(", ")));
    match faults.first() {
        Some(fault) => failure.hint(fault.to_string()),
        None => failure.hint("a deck is a Markdown file with `Q:` and `A:` lines"),
    }
}

/// How a sitting was left.
pub(super) enum Sat {
    /// The learner wants the home screen.
    Home,
    /// The learner is done.
    Left,
}

/// Runs a review over what was wanted.
pub(super) fn sit(app: &mut App, wanted: &Wanted, sitting: Sitting, mode: Mode) -> Result<Sat, Failure> {
    let filter = app.filter(wanted)?;
    let at = app.moment();
    let (plan, _) = app.plan(wanted, &filter, &at)?;
    let nothing = plan.main.is_empty() && plan.learning.is_empty();
    let mut session = app.begin(plan, sitting)?;
    if nothing && let Some(text) = app.locked_among(wanted)? {
        session.notify(Notice::Remark(text));
    }
    let sat = with_front(app, &mut session, mode);
    // The terminal is back as it was: now there is time for a dated copy.
    keep_copy(app);
    sat
}

/// Runs a session over the front end that fits.
pub(super) fn with_front(app: &mut App, session: &mut Session, mode: Mode) -> Result<Sat, Failure> {
    with(app, mode, |app, front| app.run(session, front))
}

/// Hands the front end that fits to `run`.
pub(super) fn with(
    app: &mut App,
    mode: Mode,
    run: impl FnOnce(&mut App, &mut dyn Front) -> crate::app::Result<Ended>,
) -> Result<Sat, Failure> {
    let terminal = !mode.plain && !mode.json && !app.config.dumb && Tty::is_there();
    if terminal {
        let opener = app.config.opener.clone();
        let mut tty = Tty::open(output::look(&app.config))?;
        let mut front = TerminalFront::new(&mut tty, opener);
        let ended = run(app, &mut front)?;
        let home = front.wants_home();
        drop(tty);
        return match ended {
            Ended::Interrupted => Err(Failure::interrupted()),
            Ended::Done if home => Ok(Sat::Home),
            Ended::Done => Ok(Sat::Left),
        };
    }
    let input = BufReader::new(io::stdin());
    let output = io::stdout().lock();
    let mut front: Box<dyn Front> = if mode.json {
        Box::new(JsonFront::new(input, output))
    } else {
        Box::new(PlainFront::new(input, output))
    };
    match run(app, front.as_mut())? {
        Ended::Interrupted => Err(Failure::interrupted()),
        Ended::Done => Ok(Sat::Left),
    }
}

/// Makes the dated copy of the day. A copy that fails must not turn a finished session into a failure.
pub(super) fn keep_copy(app: &App) {
    if app.config.settings.backups
        && let Err(error) = app.store.back_up_dated(app.moment().today)
    {
        output::complain(&format!("warning: no copy of the database was made today: {error}\n"));
    }
}
