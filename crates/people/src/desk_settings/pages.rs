//! `/admin`, `/admin/desk` and `/admin/tokens`.
use super::{Draft, actions, store, store::BrandDraft};
use crate::{
    permissions::{ManageDesk, ManagePeople},
    sign_in::{
        store::{self as ways, Token, TokenOfUser},
        tokens,
    },
    users::{self, profile::ZONES},
    web::{Done, again, see},
};
use axum::{
    extract::Query,
    response::Response,
    routing::{get, post},
};
use kernel::{fault::Problem, id::Id};
use platform::{
    authority::{Grant, Myself},
    brand::Colour,
    db,
    i18n::Language,
    web::{Failure, Form, Page, Routes, Ui, roomy},
};

#[derive(askama::Template)]
#[template(path = "desk_settings/desk.html")]
struct DeskPage {
    ui: Ui,
    form: Form,
    done: &'static str,
    languages: &'static [Language],
    zones: &'static [&'static str],
}

/// Leads to the first page of the settings that the person may see.
async fn admin(_: Grant<Myself>, ui: Ui) -> Response {
    see(ui.settings().first().map_or("/profile", |entry| entry.href))
}

async fn desk(grant: Grant<ManageDesk>, ui: Ui, Query(done): Query<Done>) -> Result<Page<DeskPage>, Failure> {
    let settings = grant.read::<_, db::Error>(|tx| store::load(tx)).await?;
    let brand = grant.home().site.brand();
    let colour = |colour: Option<Colour>| colour.map_or_else(String::new, |colour| colour.to_string());
    let form = Form::filled([
        ("name", settings.name),
        ("language", settings.language.word().into()),
        ("zone", settings.zone),
        ("no_offline", if settings.is_never_offline { "on".into() } else { String::new() }),
        ("council_mode", if settings.is_council_mode { "on".into() } else { String::new() }),
        ("colour", colour(brand.colour())),
        ("ground", colour(brand.ground())),
    ]);
    Ok(Page(DeskPage { ui, form, done: done.words(), languages: Language::ALL, zones: ZONES }))
}
async fn save(grant: Grant<ManageDesk>, ui: Ui, mut form: Form) -> Result<Response, Failure> {
    form.only(&["name", "language", "zone", "colour", "ground", "no_logo", "no_offline", "council_mode"])?;
    let draft = Draft {
        name: form.get("name").into(),
        language: form.get("language").into(),
        zone: form.get("zone").into(),
        is_never_offline: form.is_on("no_offline"),
        is_council_mode: form.is_on("council_mode"),
    };
    let logo = std::mem::take(&mut form.files).into_iter().find(|file| file.field == "logo");
    let brand = BrandDraft {
        colour: form.get("colour").into(),
        ground: form.get("ground").into(),
        logo: logo.map(|file| file.bytes),
        is_without_logo: form.is_on("no_logo"),
    };
    let (new, brand) = match (draft.parse(), brand.parse()) {
        (Ok(new), Ok(brand)) => (new, brand),
        (new, brand) => {
            let mut problem = Problem::new(422, "invalid");
            let wrong = [new.err(), brand.err()].into_iter().flatten();
            problem.fields = wrong.flat_map(|problem| problem.fields).collect();
            let (languages, zones) = (Language::ALL, ZONES);
            return again(problem, form, |form, _| DeskPage { ui, form, done: "", languages, zones });
        }
    };
    let (name, language) = (new.name.clone(), new.language);
    let brand = grant.change::<_, db::Error>(move |tx| actions::edit(tx, &new, &brand)).await?;
    let site = &grant.home().site;
    site.rename(&name);
    site.set_language(language);
    site.set_brand(brand);
    Ok(see("/admin/desk?done=saved"))
}

/// All tokens of all users, so that somebody can end what nobody knows any more.
#[derive(askama::Template)]
#[template(path = "desk_settings/tokens.html")]
struct TokensPage {
    ui: Ui,
    done: &'static str,
    tokens: Vec<TokenOfUser>,
}
async fn all_tokens(
    grant: Grant<ManagePeople>,
    ui: Ui,
    Query(done): Query<Done>,
) -> Result<Page<TokensPage>, Failure> {
    let tokens = grant.read::<_, db::Error>(|tx| ways::all_tokens(tx)).await?;
    Ok(Page(TokensPage { ui, done: done.words(), tokens }))
}
async fn revoke(grant: Grant<ManagePeople>, form: Form) -> Result<Response, Failure> {
    form.only(&["token", "user"])?;
    let token: Id<Token> = form.get("token").parse().map_err(|_| Problem::not_found())?;
    let user = form.get("user").parse().map_err(|_| Problem::not_found())?;
    grant
        .change::<_, Failure>(move |tx| {
            users::actions::may_change(tx, user)?;
            Ok(tokens::revoke(tx, user, token)?)
        })
        .await?;
    Ok(see("/admin/tokens?done=ended"))
}

pub fn routes() -> Routes {
    Routes::new()
        .get::<Myself>("/admin", get(admin))
        .get::<ManageDesk>("/admin/desk", get(desk))
        .post::<ManageDesk>("/admin/desk", roomy(post(save)))
        .get::<ManagePeople>("/admin/tokens", get(all_tokens))
        .post::<ManagePeople>("/admin/tokens/revoke", post(revoke))
}
