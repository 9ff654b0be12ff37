//! `retain` alone: the home screen and its menu; without a terminal, the same summary as text.

use super::review::{Mode, Sat};
use super::{Failure, Outcome, add, check, exam, output, path, quiz, review, stats};
use crate::app::App;
use crate::app::plan::Wanted;
use crate::app::review::Sitting;
use crate::config::Config;
use crate::review::Purpose;
use crate::term::{Key, Terminal as _, Tty};
use crate::view::home;
use crate::view::page::KeyHint;

pub(super) fn run(config: Config) -> Outcome {
    let mut app = App::open(config)?;
    app.refresh(&[])?;
    screen(&mut app)
}

fn menu() -> Vec<KeyHint> {
    vec![
        KeyHint::new("enter", "review"),
        KeyHint::new("z", "quiz"),
        KeyHint::new("x", "exam"),
        KeyHint::new("p", "path"),
        KeyHint::new("s", "statistics"),
        KeyHint::new("a", "add"),
        KeyHint::new("c", "check"),
        KeyHint::new("q", "quit"),
    ]
}

/// What was chosen on the home screen.
enum Chosen {
    Review,
    Quiz,
    Exam,
    Path,
    Stats,
    Add,
    Check,
    Quit,
    Interrupted,
}

/// Shows the home screen until the learner leaves.
pub(super) fn screen(app: &mut App) -> Outcome {
    if app.config.dumb || !Tty::is_there() {
        let view = app.home(&app.moment(), Vec::new())?;
        let mut lines = vec![crate::view::frame::Line::plain(&view.date)];
        lines.extend(home::report(&view, output::width(&app.config)));
        return Ok(output::lines(&lines, &app.config)?);
    }
    loop {
        let sat = match choose(app)? {
            Chosen::Review => {
                let sitting = Sitting { purpose: Purpose::Review, limit: None, minutes: None };
                review::sit(app, &Wanted::default(), sitting, Mode::default())?
            }
            Chosen::Quiz => quiz::from_home(app)?,
            Chosen::Exam => match exam::from_home(app) {
                Ok(sat) => sat,
                Err(failure) => {
                    refused(app, "exam", &failure)?;
                    Sat::Home
                }
            },
            Chosen::Path => {
                path::on_screen(app)?;
                Sat::Home
            }
            Chosen::Stats => {
                stats::on_screen(app)?;
                Sat::Home
            }
            Chosen::Add => {
                // Without a deck of one's own there is nothing to add to: the screen says so.
                if let Err(failure) = add::from_home(app) {
                    refused(app, "add", &failure)?;
                }
                Sat::Home
            }
            Chosen::Check => {
                check::on_screen(app)?;
                Sat::Home
            }
            Chosen::Quit => Sat::Left,
            Chosen::Interrupted => return Err(Failure::interrupted()),
        };
        if let Sat::Left = sat {
            return Ok(());
        }
        app.refresh(&[])?;
    }
}

/// Shows why something did not come about, where the learner can do something about it.
fn refused(app: &App, title: &str, failure: &Failure) -> Outcome {
    if failure.kind != super::Kind::No {
        return Err(Failure::new(failure.kind, failure.error.to_string()));
    }
    let lines: Vec<_> = failure.text().lines().map(crate::view::frame::Line::plain).collect();
    output::page(&app.config, title, &lines)
}

fn choose(app: &App) -> Result<Chosen, Failure> {
    let view = app.home(&app.moment(), menu())?;
    let mut tty = Tty::open(output::look(&app.config))?;
    let mut scroll = 0;
    loop {
        let frame = home::screen(&view, tty.size(), scroll);
        scroll = frame.scroll;
        tty.draw(&frame)?;
        match tty.key(None)? {
            Key::Enter | Key::Char('r' | ' ') => return Ok(Chosen::Review),
            Key::Char('z') => return Ok(Chosen::Quiz),
            Key::Char('x') => return Ok(Chosen::Exam),
            Key::Char('p') => return Ok(Chosen::Path),
            Key::Char('s') => return Ok(Chosen::Stats),
            Key::Char('a') => return Ok(Chosen::Add),
            Key::Char('c') => return Ok(Chosen::Check),
            Key::Char('q') | Key::Esc => return Ok(Chosen::Quit),
            Key::Interrupt | Key::Terminate | Key::Eof => return Ok(Chosen::Interrupted),
            Key::Down | Key::Char('j') => scroll += 1,
            Key::Up | Key::Char('k') => scroll = scroll.saturating_sub(1),
            Key::PageDown => scroll += frame.window(tty.size().rows),
            Key::PageUp => scroll = scroll.saturating_sub(frame.window(tty.size().rows)),
            _ => {}
        }
    }
}
