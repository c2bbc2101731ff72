//! Keeps sessions fresh, together with every other client that shares the token store.

use std::fmt;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::core::Core;
use crate::error::{Error, Kind};
use crate::token::shared::{SharedStore, Turn, store_error, warn};
use crate::token::{Slot, Slots, StoreError, StoredToken, Token};
use crate::transport::BoxFuture;

use super::sessions::request_tokens;
use super::{OnChange, SessionChange, UserTokens, codes};

/// The sessions that this client knows.
pub(crate) struct SessionTokens {
    store: SharedStore,
    slots: Slots<Arc<str>, Session>,
    on_change: Option<OnChange>,
}

/// What this client knows about the session of one user.
#[derive(Default)]
pub(super) struct Session {
    slot: Slot,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// A refresh token that will never work again, and what Feishu said.
    over: Option<(String, Error)>,
    /// Tokens that the store still has to learn.
    unsaved: Option<Refreshed>,
}

/// Tokens as the store has them, and the tokens that count; two only while the store fails.
struct Pair {
    stored: StoredToken,
    tokens: UserTokens,
}

/// Tokens that came for the refresh token `spent`, and what they take the place of in the store.
#[derive(Clone)]
struct Refreshed {
    stored: StoredToken,
    spent: String,
    tokens: UserTokens,
}

impl Refreshed {
    /// Whether what is in the store is older.
    fn is_newer_than(&self, stored: &StoredToken) -> bool {
        // A save that was given up may have succeeded after all: then it has what was refreshed with `spent`.
        let is_spent =
            || UserTokens::from_stored(stored).is_ok_and(|tokens| tokens.refresh_token() == Some(&self.spent));
        self.stored.secret() == stored.secret() || is_spent()
    }
}

/// How long a refresh waits for that of another client.
const PATIENCE: Duration = Duration::from_secs(30);

/// The waits between the tries to save new tokens before the caller gets them unsaved.
const SAVE_PAUSES: [Duration; 3] = [Duration::from_millis(100), Duration::from_millis(400), Duration::from_secs(1)];

/// The longest wait between later tries.
const LONGEST_SAVE_PAUSE: Duration = Duration::from_secs(30);

impl AsRef<Slot> for Session {
    fn as_ref(&self) -> &Slot {
        &self.slot
    }
}

impl Session {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The tokens that count: those that could not be saved, if the store still has what they come from.
    fn newest(&self, stored: &StoredToken) -> Result<UserTokens, Error> {
        let state = self.state();
        match &state.unsaved {
            Some(unsaved) if unsaved.is_newer_than(stored) => Ok(unsaved.tokens.clone()),
            _ => UserTokens::from_stored(stored),
        }
    }

    /// These tokens are in the store, or of no use any more; newer ones may still have to be saved.
    fn forget_unsaved(&self, tokens: &UserTokens) {
        self.state().unsaved.take_if(|unsaved| unsaved.tokens == *tokens);
    }

    /// The token of a session that needs no refresh, or the tokens to refresh.
    ///
    /// A token that is `stale` needs a refresh whatever its time says; `era` is that of the moment before it was loaded.
    fn look(
        &self,
        user: &str,
        stored: Option<StoredToken>,
        stale: Option<&str>,
        era: u64,
    ) -> ControlFlow<Result<Token, Error>, Pair> {
        let Some(stored) = stored else {
            return ControlFlow::Break(Err(login_required(format!("nobody is logged in as {user:?}"))));
        };
        let tokens = match self.newest(&stored) {
            Ok(tokens) => tokens,
            Err(error) => return ControlFlow::Break(Err(error)),
        };
        let token = tokens.to_token().filter(|token| !self.slot.is_rejected(token));
        let is_stale = stale == Some(tokens.access_token());
        let token = match token {
            Some(token) if token.is_fresh() && !is_stale => return ControlFlow::Break(Ok(token)),
            token => token,
        };
        // It is used for as long as it works, if the refresh does not.
        let is_usable = token.is_some();
        token.into_iter().for_each(|token| drop(self.slot.keep(token, era)));
        let over = match tokens.usable_refresh_token() {
            None if is_usable => login_required("there is no refresh token that works"),
            None => login_required("the access token is not good any more, and there is no refresh token that works"),
            Some(refresh_token) => match &self.state().over {
                Some((spent, error)) if spent == refresh_token => error.clone(),
                _ => return ControlFlow::Continue(Pair { stored, tokens }),
            },
        };
        ControlFlow::Break(Err(over))
    }
}

impl SessionTokens {
    pub(crate) fn new(store: SharedStore, on_change: Option<OnChange>) -> Self {
        SessionTokens { store, slots: Slots::new(), on_change }
    }

    /// The current token of this user, if it needs no refresh.
    pub(crate) fn fresh(&self, user: &Arc<str>) -> Option<Arc<Token>> {
        self.slots.get(user).slot.fresh()
    }

    /// A token of this user: the current one, or a new one.
    pub(crate) async fn get(&self, core: &Core, user: &Arc<str>) -> Result<Arc<Token>, Error> {
        let session = self.slots.get(user);
        match session.slot.fresh() {
            Some(token) => Ok(token),
            None => Slot::renew(&session, renewal(core, user, &session, None)).await,
        }
    }

    /// Does not use this token again, since the server rejected it.
    pub(crate) fn reject(&self, user: &Arc<str>, token: &Token) {
        self.slots.get(user).slot.reject(token);
    }

    pub(super) async fn refresh(&self, core: &Core, user: &Arc<str>) -> Result<UserTokens, Error> {
        let session = self.slots.get(user);
        let era = session.slot.era();
        let stale = self.stored(core, user).await?.map(|tokens| tokens.access_token().to_owned());
        let token = Slot::on_its_own(renewal(core, user, &session, stale)).await?;
        session.slot.keep(token, era);
        let tokens = self.stored(core, user).await?;
        tokens.ok_or_else(|| login_required(format!("nobody is logged in as {user:?}")))
    }

    pub(super) async fn put(&self, core: &Core, user: &Arc<str>, tokens: &UserTokens) -> Result<(), Error> {
        if !tokens.are_of_use() {
            return Err(Error::invalid_request("both tokens have expired, or cannot be tokens"));
        }
        let session = self.slots.get(user);
        let change = Change::begin(&session);
        self.store.store().save(&key(core, user), tokens.to_stored()).await.map_err(store_error)?;
        change.succeed(tokens.to_token());
        Ok(())
    }

    pub(super) async fn stored(&self, core: &Core, user: &str) -> Result<Option<UserTokens>, Error> {
        let stored = self.store.store().load(&key(core, user)).await.map_err(store_error)?;
        let session = self.slots.get(&user.into());
        stored.map(|stored| session.newest(&stored)).transpose()
    }

    pub(super) async fn remove(&self, core: &Core, user: &Arc<str>) -> Result<(), Error> {
        let key = key(core, user);
        let store = self.store.store();
        let session = self.slots.get(user);
        let change = Change::begin(&session);
        // Once more if a refresh has come between; its tokens are to be forgotten as well.
        let mut removed: Option<StoredToken> = None;
        while let Some(stored) = store.load(&key).await.map_err(store_error)? {
            if removed.is_some_and(|removed| removed.secret() == stored.secret()) {
                return Err(store_error(StoreError::new("what was removed is still there")));
            }
            store.remove(&key, &stored).await.map_err(store_error)?;
            removed = Some(stored);
        }
        change.succeed(None);
        Ok(())
    }

    fn tell(&self, user: &str, change: &SessionChange) {
        match change {
            SessionChange::Refreshed(_) => tracing::debug!(user, "a session was refreshed"),
            SessionChange::Unsaved(_) => tracing::error!(user, "new tokens of a session could not be saved"),
            SessionChange::LoginRequired(error) => tracing::info!(user, %error, "a session is over"),
        }
        if let Some(on_change) = &self.on_change {
            on_change(user, change);
        }
    }
}

/// A login or a logout.
///
/// However it ends, and also if its caller gives up, nobody knows any more what the store has, and the token at hand
/// goes; what those bring who looked into the store before does not stay either.
struct Change<'a> {
    session: &'a Session,
    era: u64,
    token: Option<Token>,
}

impl<'a> Change<'a> {
    fn begin(session: &'a Session) -> Self {
        Change { session, era: session.slot.era(), token: None }
    }

    /// With the token that the store now has.
    fn succeed(mut self, token: Option<Token>) {
        *self.session.state() = State::default();
        self.token = token;
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.session.slot.end_era(self.era, self.token.take());
    }
}

fn key(core: &Core, user: &str) -> String {
    core.store_key("user_session", user)
}

fn login_required(message: impl Into<String>) -> Error {
    Error::new(Kind::LoginRequired, message)
}

/// What it takes to get a token of a user; it goes on if nobody waits for it any more.
fn renewal(
    core: &Core,
    user: &Arc<str>,
    session: &Arc<Session>,
    stale: Option<String>,
) -> BoxFuture<'static, Result<Token, Error>> {
    let renewal =
        Renewal { core: core.clone(), user: user.clone(), key: key(core, user), session: session.clone(), stale };
    Box::pin(async move { renewal.run().await })
}

#[derive(Clone)]
struct Renewal {
    core: Core,
    user: Arc<str>,
    key: String,
    session: Arc<Session>,
    /// An access token that will not do, whatever its time says.
    stale: Option<String>,
}

impl Renewal {
    fn keeper(&self) -> &SessionTokens {
        self.core.session_tokens()
    }

    fn store(&self) -> &SharedStore {
        &self.keeper().store
    }

    async fn run(self) -> Result<Token, Error> {
        loop {
            let era = self.session.slot.era();
            let mut to_refresh = None;
            let look = |stored| match self.session.look(&self.user, stored, self.stale.as_deref(), era) {
                ControlFlow::Break(result) => ControlFlow::Break(result),
                ControlFlow::Continue(pair) => {
                    to_refresh = Some(pair);
                    ControlFlow::Continue(())
                }
            };
            let lease = match self.store().turn(&self.key, PATIENCE, look).await.map_err(store_error)? {
                Turn::Found(result) => return result,
                Turn::Ours(lease) => lease,
                Turn::TooLate => {
                    let message = format!("another client has been refreshing this session for {PATIENCE:?}");
                    return Err(Error::new(Kind::Timeout, message));
                }
            };
            let refreshed = match to_refresh {
                Some(pair) => lease.keep_while(self.refresh(pair)).await,
                None => Ok(None),
            };
            lease.give_back().await;
            // Otherwise somebody else has changed the session meanwhile, and what is in the store now holds.
            if let Some(token) = refreshed? {
                return Ok(token);
            }
        }
    }

    /// With the lock in hand: asks for new tokens and saves them; `None` if the session was changed meanwhile.
    async fn refresh(&self, old: Pair) -> Result<Option<Token>, Error> {
        let app = self.core.app_or_error()?;
        let refresh_token = old.tokens.refresh_token().unwrap_or_default().to_owned();
        let body = json!({
            "grant_type": "refresh_token",
            "client_id": app.id,
            "client_secret": app.secret,
            "refresh_token": refresh_token,
        });
        match request_tokens(&self.core, codes::REFRESH, body).await {
            Ok(tokens) => self.save(Refreshed { stored: old.stored, spent: refresh_token, tokens }).await,
            Err(error) if error.code().is_some_and(codes::ends_session) => {
                self.session_over(&old.stored, refresh_token, error).await
            }
            Err(error) => Err(error),
        }
    }

    /// The refresh token is used up; another client may have done it that had lost its lock.
    async fn session_over(
        &self,
        old: &StoredToken,
        refresh_token: String,
        mut error: Error,
    ) -> Result<Option<Token>, Error> {
        error.inner_mut().kind = Kind::LoginRequired;
        let stored = self.store().store().load(&self.key).await.map_err(store_error)?;
        if stored.is_none_or(|stored| stored.secret() != old.secret()) {
            return Ok(None);
        }
        // Only now: what is remembered is not told again.
        self.session.state().over = Some((refresh_token, error.clone()));
        self.keeper().tell(&self.user, &SessionChange::LoginRequired(error.clone()));
        Err(error)
    }

    /// Puts new tokens into the store, in the place of those that do not work any more.
    async fn save(&self, mut new: Refreshed) -> Result<Option<Token>, Error> {
        let token = new.tokens.to_token().ok_or_else(|| {
            Error::new(Kind::UnexpectedAnswer, "the new access token has expired, or has characters that no token has")
        });
        for pause in SAVE_PAUSES {
            match self.try_to_save(&mut new).await {
                Saved::Yes => return token.map(Some),
                Saved::Changed => return Ok(None),
                Saved::Failed => sleep(pause).await,
            }
        }
        self.session.state().unsaved = Some(new.clone());
        self.keeper().tell(&self.user, &SessionChange::Unsaved(new.tokens.clone()));
        tokio::spawn(self.clone().save_later(new));
        token.map(Some)
    }

    /// Puts new tokens into the store, if what is there is older.
    async fn try_to_save(&self, new: &mut Refreshed) -> Saved {
        let failed = |error: StoreError| {
            warn(&error, "new tokens of a session could not be saved");
            Saved::Failed
        };
        let store = self.store().store();
        loop {
            match store.replace(&self.key, &new.stored, new.tokens.to_stored()).await {
                Ok(true) => {
                    self.session.forget_unsaved(&new.tokens);
                    self.keeper().tell(&self.user, &SessionChange::Refreshed(new.tokens.clone()));
                    return Saved::Yes;
                }
                Ok(false) => {}
                Err(error) => return failed(error),
            }
            match store.load(&self.key).await {
                Ok(Some(stored)) if stored.secret() == new.stored.secret() => {
                    return failed(StoreError::new("what is to be replaced is there, and yet it is not replaced"));
                }
                // An earlier save of this client was late: what is there now is used up as well.
                Ok(Some(stored)) if new.is_newer_than(&stored) => new.stored = stored,
                Ok(_) => {
                    self.session.forget_unsaved(&new.tokens);
                    return Saved::Changed;
                }
                Err(error) => return failed(error),
            }
        }
    }

    /// Goes on trying to save, as long as the tokens may be of use and are the newest.
    async fn save_later(self, mut new: Refreshed) {
        let mut pause = Duration::from_secs(1);
        while new.tokens.are_of_use() {
            sleep(pause).await;
            pause = LONGEST_SAVE_PAUSE.min(2 * pause);
            let is_newest = self.session.state().unsaved.as_ref().is_some_and(|unsaved| unsaved.tokens == new.tokens);
            if !is_newest || !matches!(self.try_to_save(&mut new).await, Saved::Failed) {
                return;
            }
        }
    }
}

/// What became of new tokens.
enum Saved {
    /// They are in the store.
    Yes,
    /// Somebody has logged in or out meanwhile.
    Changed,
    /// The store fails.
    Failed,
}

impl fmt::Debug for SessionTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionTokens").field("store", &self.store).finish_non_exhaustive()
    }
}
