//! `retain exam`, `placement`, `exams`: sitting an exam, and what came of those that were sat.

use std::io::{self, BufReader};

use super::review::{Mode, Sat, level};
use super::{Failure, Outcome, output};
use crate::app::App;
use crate::app::exam::{ExamLeft, ExamOptions, OpenExam};
use crate::app::exam_lapses::lapse_words;
use crate::app::front::exam::{JsonExam, PlainExam, waiting};
use crate::app::front::exam_terminal::TerminalExam;
use crate::card::{Area, Level};
use crate::exam::Scope;
use crate::exam::sitting::Ending;
use crate::seed::Seed;
use crate::store::SittingRow;
use crate::term::{Key, Terminal, Tty};
use crate::view::exam;
use crate::view::page::KeyHint;

/// Sit an exam: it decides whether you have mastered a level, and opens the next
///
/// Items are drawn by chance over everything the level teaches, a third of them problems with new values; the machine marks
/// them. Nothing is told until the end and nothing is taken back. It stops as soon as the matter is settled, after 20 to 60
/// items; every answer is saved at once, and an exam that was left goes on with the same item. docs/exams.md says what it
/// means.
#[derive(Debug, clap::Args)]
pub(super) struct ExamArgs {
    /// The level: beginner, intermediate, advanced; by default the exam that waits, or the next one
    #[arg(value_name = "LEVEL", value_parser = level, conflicts_with_all = ["deck", "resource", "area"])]
    level: Option<Level>,
    /// On one deck instead, by name or file stem
    #[arg(long, value_name = "DECK", conflicts_with_all = ["resource", "area"])]
    deck: Option<String>,
    /// On one resource of the roadmap
    #[arg(long, value_name = "RESOURCE", conflicts_with = "area")]
    resource: Option<String>,
    /// On one area, over all levels: storage, computation, coordination, ml, foundations
    #[arg(long, value_name = "AREA", value_parser = area)]
    area: Option<Area>,
    /// An ordinary exam of N items
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=500))]
    fixed: Option<u32>,
    /// Percent of right answers that pass an ordinary exam
    #[arg(long, value_name = "P", default_value_t = 80.0, requires = "fixed")]
    pass: f64,
    #[command(flatten)]
    test: TestArgs,
    #[command(flatten)]
    mode: Mode,
}

/// Find the level to start at: one sitting over all levels
///
/// For someone who is not a beginner. It looks for the highest level that you would pass and opens everything up to it, with
/// the same stated errors as an exam.
#[derive(Debug, clap::Args)]
pub(super) struct PlacementArgs {
    #[command(flatten)]
    test: TestArgs,
    #[command(flatten)]
    mode: Mode,
}

/// How an exam is held.
#[derive(Clone, Debug, clap::Args)]
struct TestArgs {
    /// Do not ask how sure you are
    #[arg(long)]
    no_confidence: bool,
    /// Time for the whole exam, in minutes; time away does not count
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u32).range(1..=6000))]
    minutes: Option<u32>,
    /// Draw the paper from this seed
    #[arg(long, value_name = "SEED")]
    seed: Option<u64>,
    /// Sit it although the last try was a short while ago
    #[arg(long)]
    force: bool,
    /// Count wrong answers as lapses of their cards once it is over; by default the schedule is untouched
    #[arg(long)]
    reschedule: bool,
    /// Share of right answers that is mastery
    #[arg(long, value_name = "SHARE")]
    mastery: Option<f64>,
    /// Share of right answers that is none
    #[arg(long, value_name = "SHARE")]
    non_mastery: Option<f64>,
    /// Accepted probability of passing without mastery
    #[arg(long, value_name = "ERROR")]
    alpha: Option<f64>,
    /// Accepted probability of failing with mastery
    #[arg(long, value_name = "ERROR")]
    beta: Option<f64>,
    /// Items before which nothing is decided
    #[arg(long, value_name = "N")]
    min: Option<u32>,
    /// Items after which it is decided in any case
    #[arg(long, value_name = "N")]
    max: Option<u32>,
}

/// List all exams with their results and trend, or show one with its items
#[derive(Debug, clap::Args)]
pub(super) struct ExamsArgs {
    #[command(subcommand)]
    command: Option<ExamsCommand>,
    /// As one JSON array
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum ExamsCommand {
    /// Show one: its result, and every item with your answer, the right one, the solution and the source
    Show {
        /// Its number
        id: i64,
        /// As one JSON object
        #[arg(long)]
        json: bool,
    },
    /// Count the wrong answers of an exam that is over as lapses of their cards: once
    ///
    /// Only cards that were in review, and that no review has asked since, can have been forgotten.
    Reschedule {
        /// Its number
        id: i64,
    },
}

fn area(text: &str) -> Result<Area, String> {
    Area::from_name(&text.to_lowercase())
        .ok_or_else(|| "areas are storage, computation, coordination, ml and foundations".to_owned())
}

impl TestArgs {
    /// Tells whether anything is asked for that a sitting keeps from its beginning.
    fn is_named(&self) -> bool {
        let shares = [self.mastery, self.non_mastery, self.alpha, self.beta];
        let counts = [self.minutes, self.min, self.max];
        self.no_confidence
            || self.reschedule
            || self.seed.is_some()
            || shares.iter().any(Option::is_some)
            || counts.iter().any(Option::is_some)
    }

    fn options(&self, app: &App) -> Result<ExamOptions, Failure> {
        let mut settings = app.exam_settings()?;
        settings.confidence &= !self.no_confidence;
        settings.mastery = self.mastery.unwrap_or(settings.mastery);
        settings.non_mastery = self.non_mastery.unwrap_or(settings.non_mastery);
        settings.alpha = self.alpha.unwrap_or(settings.alpha);
        settings.beta = self.beta.unwrap_or(settings.beta);
        settings.max_items = self.max.unwrap_or(settings.max_items);
        // Who asks for a short exam need not say twice that it is short.
        settings.min_items = self.min.unwrap_or(settings.min_items.min(settings.max_items));
        settings.check().map_err(Failure::usage)?;
        Ok(ExamOptions {
            minutes: self.minutes,
            seed: self.seed.map(Seed),
            force: self.force,
            reschedule: self.reschedule,
            named: self.is_named(),
            ..ExamOptions::new(settings)
        })
    }
}

pub(super) fn exam(app: &mut App, args: &ExamArgs) -> Outcome {
    app.refresh(&[])?;
    let mut options = args.test.options(app)?;
    if args.pass > 0.0 && args.pass <= 1.0 {
        return Err(Failure::usage(format!(
            "`--pass` takes percent, and {} would pass nearly everybody",
            args.pass
        ))
        .hint(format!("did you mean `--pass {}`", args.pass * 100.0)));
    }
    if !(args.pass > 0.0 && args.pass <= 100.0) {
        return Err(Failure::usage(format!(
            "`--pass` takes a share in percent, above 0 and up to 100, not {}",
            args.pass
        )));
    }
    options.fixed = args.fixed.map(|items| (items, args.pass / 100.0));
    options.named |= args.fixed.is_some();
    let scope = match (args.level, &args.deck, &args.resource, args.area) {
        (Some(level), ..) => Scope::Level(level),
        (_, Some(deck), ..) => Scope::Deck(deck.clone()),
        (_, _, Some(resource), _) => Scope::Resource(app.resource_named(resource)?.id),
        (.., Some(area)) => Scope::Area(area),
        _ => next_scope(app)?,
    };
    home_after(app, &scope, &options, args.mode)
}

/// The exam that waits, or the next level's.
fn next_scope(app: &App) -> Result<Scope, Failure> {
    let waiting = app.store.sittings()?.into_iter().rev().find(|row| row.end.is_none());
    if let Some(row) = waiting {
        return Ok(row.scope);
    }
    app.gates()?.next_exam().map(Scope::Level).ok_or_else(|| {
        Failure::no("every exam of the course is passed")
            .hint("`retain exam advanced` sits the last one again")
    })
}

pub(super) fn placement(app: &mut App, args: &PlacementArgs) -> Outcome {
    app.refresh(&[])?;
    let options = args.test.options(app)?;
    home_after(app, &Scope::Placement, &options, args.mode)
}

fn home_after(app: &mut App, scope: &Scope, options: &ExamOptions, mode: Mode) -> Outcome {
    match sit(app, scope, options, mode)? {
        Sat::Home => super::home::screen(app),
        Sat::Left => Ok(()),
    }
}

/// The next exam, from the home screen.
pub(super) fn from_home(app: &mut App) -> Result<Sat, Failure> {
    let options = ExamOptions::new(app.exam_settings()?);
    let scope = next_scope(app)?;
    sit(app, &scope, &options, Mode::default())
}

fn sit(app: &mut App, scope: &Scope, options: &ExamOptions, mode: Mode) -> Result<Sat, Failure> {
    let mut exam = app.open_exam(scope, options)?;
    let sat = if !mode.is_lines() && !app.config.dumb && Tty::is_there() {
        at_terminal(app, &mut exam)
    } else {
        in_lines(app, &mut exam, mode)
    };
    super::review::keep_copy(app);
    sat
}

fn at_terminal(app: &mut App, exam: &mut OpenExam) -> Result<Sat, Failure> {
    let mut tty = Tty::open(output::look(&app.config))?;
    let left = app.run_exam(exam, &mut TerminalExam::new(&mut tty))?;
    match left {
        ExamLeft::Interrupted => Err(Failure::interrupted()),
        ExamLeft::Paused => {
            drop(tty);
            output::say(&waiting(&exam.sitting, &exam.scope.command()))?;
            Ok(Sat::Left)
        }
        ExamLeft::Over => {
            let row = app.sitting_named(exam.id)?;
            // The time may have run out under a key that was meant for the answer.
            if exam.sitting.ending() == Some(Ending::TimeUp) && !time_is_up(app, &row, &mut tty)? {
                return Err(Failure::interrupted());
            }
            show_result(app, &row, &mut tty)
        }
    }
}

/// Says that the time is up, until a key is pressed that answers nothing; `false` after a signal.
fn time_is_up(app: &App, row: &SittingRow, tty: &mut dyn Terminal) -> Result<bool, Failure> {
    let Some(mut view) = app.result(row)? else { return Ok(true) };
    view.menu = vec![KeyHint::new("space", "the time is up: go on")];
    loop {
        let size = tty.size();
        tty.draw(&exam::screen(&view, size, 0))?;
        match tty.key(None)? {
            Key::Char(' ') => return Ok(true),
            Key::Interrupt | Key::Terminate | Key::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// Shows a result on a screen of its own, and its items on another.
pub(super) fn show_result(app: &App, row: &SittingRow, tty: &mut dyn Terminal) -> Result<Sat, Failure> {
    let Some(mut view) = app.result(row)? else { return Ok(Sat::Left) };
    let told = app.items(row)?;
    let mut items = false;
    let mut scroll = 0;
    loop {
        let size = tty.size();
        let other = if items { "result" } else { "items" };
        view.menu = vec![KeyHint::new("enter", "home"), KeyHint::new("i", other), KeyHint::new("q", "quit")];
        let frame = if items {
            exam::items_screen(&view, &told, size, scroll)
        } else {
            exam::screen(&view, size, scroll)
        };
        tty.draw(&frame)?;
        match tty.key(None)? {
            Key::Char('i') => (items, scroll) = (!items, 0),
            Key::Enter => return Ok(Sat::Home),
            Key::Char('q') | Key::Esc => return Ok(Sat::Left),
            Key::Interrupt | Key::Terminate | Key::Eof => return Err(Failure::interrupted()),
            key => scroll = output::scrolled_by(key, &frame, size),
        }
    }
}

fn in_lines(app: &mut App, exam: &mut OpenExam, mode: Mode) -> Result<Sat, Failure> {
    let json = mode.is_json();
    let left = {
        let input = BufReader::new(io::stdin());
        let output = io::stdout().lock();
        if json {
            app.run_exam(exam, &mut JsonExam::new(input, output))?
        } else {
            app.run_exam(exam, &mut PlainExam::new(input, output))?
        }
    };
    match left {
        ExamLeft::Interrupted => return Err(Failure::interrupted()),
        ExamLeft::Paused if json => {
            let answered = exam.sitting.marked().len();
            let paused = serde_json::json!({ "type": "paused", "exam": exam.id, "answered": answered });
            output::raw(format!("{paused}\n").as_bytes())?;
        }
        ExamLeft::Paused => output::say(&waiting(&exam.sitting, &exam.scope.command()))?,
        ExamLeft::Over => {
            let row = app.sitting_named(exam.id)?;
            if json {
                let mut result = app.sitting_json(&row, true)?;
                result["type"] = "result".into();
                output::raw(format!("{result}\n").as_bytes())?;
            } else if let Some(mut view) = app.result(&row)? {
                view.spoken = true;
                output::lines(&exam::report(&view, output::width(&app.config)), &app.config)?;
            }
        }
    }
    Ok(Sat::Left)
}

pub(super) fn exams(app: &mut App, args: &ExamsArgs) -> Outcome {
    app.refresh(&[])?;
    match args.command {
        Some(ExamsCommand::Show { id, json }) => show(app, id, json || args.json),
        Some(ExamsCommand::Reschedule { id }) => {
            let row = app.sitting_named(id)?;
            let counted = app.reschedule_exam(&row)?;
            Ok(output::say(&lapse_words(&counted))?)
        }
        None => list(app, args.json),
    }
}

fn list(app: &App, json: bool) -> Outcome {
    if json {
        let rows = app.store.sittings()?;
        let rows: Vec<_> = rows.iter().map(|row| app.sitting_json(row, false)).collect::<Result<_, _>>()?;
        return Ok(output::raw(format!("{:#}\n", serde_json::Value::from(rows)).as_bytes())?);
    }
    let (rows, trends) = app.sitting_lines()?;
    if rows.is_empty() {
        return Ok(output::say(
            "no exam was sat yet: `retain exam beginner`, or `retain placement` to find your level",
        )?);
    }
    Ok(output::lines(&exam::list(&rows, &trends, output::width(&app.config)), &app.config)?)
}

fn show(app: &App, id: i64, json: bool) -> Outcome {
    let row = app.sitting_named(id)?;
    if json {
        let value = app.sitting_json(&row, true)?;
        return Ok(output::raw(format!("{value:#}\n").as_bytes())?);
    }
    let items = app.items(&row)?;
    let Some(mut view) = app.result(&row)? else { return Ok(()) };
    // This is what it would say to type.
    view.next.retain(|next| !next.contains("`retain exams show"));
    let width = output::width(&app.config);
    let mut lines =
        vec![crate::view::frame::Line::plain(&view.title), crate::view::frame::Line::plain(&view.place)];
    lines.extend(exam::report(&view, width));
    lines.push(crate::view::frame::Line::new());
    lines.extend(items.iter().flat_map(|item| exam::item(item, width)));
    Ok(output::lines(&lines, &app.config)?)
}
