//! Refreshes sessions, together with every other client that shares the token store.

use std::fmt;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::core::Core;
use crate::credential::TRIM;
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
    /// A refresh token that will never work again, and the error that Feishu answered.
    over: Option<(String, Error)>,
    /// New tokens that are not in the store yet.
    unsaved: Option<Refreshed>,
}

/// The entry of the store, and the newest tokens; they differ only while the store fails.
struct Pair {
    stored: StoredToken,
    tokens: UserTokens,
}

/// New tokens, the refresh token `spent` that was used up for them, and the entry of the store that they replace.
#[derive(Clone)]
struct Refreshed {
    stored: StoredToken,
    spent: String,
    tokens: UserTokens,
}

impl Refreshed {
    /// Whether the entry of the store is older.
    fn is_newer_than(&self, stored: &StoredToken) -> bool {
        // A save that was given up may have succeeded after all: then the store has the tokens that `spent` is of.
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

    /// The newest tokens: unsaved ones, if the store still has the tokens that they replace.
    fn newest(&self, stored: &StoredToken) -> Result<UserTokens, Error> {
        let state = self.state();
        match &state.unsaved {
            Some(unsaved) if unsaved.is_newer_than(stored) => Ok(unsaved.tokens.clone()),
            _ => UserTokens::from_stored(stored),
        }
    }

    /// These tokens are in the store, or of no use any more. Newer tokens may still have to be saved.
    fn forget_unsaved(&self, tokens: &UserTokens) {
        self.state().unsaved.take_if(|unsaved| unsaved.tokens == *tokens);
    }

    /// The token of a session that needs no refresh, or the tokens to refresh.
    ///
    /// A token that is `stale` needs a refresh, however long it is still good.
    /// `generation` is that of the moment before `stored` was loaded.
    fn look(
        &self,
        user: &str,
        stored: Option<StoredToken>,
        stale: Option<&str>,
        generation: u64,
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
        // If the refresh fails, the token is used as long as it works.
        let is_usable = token.is_some();
        token.into_iter().for_each(|token| drop(self.slot.keep(token, generation)));
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
            None => Slot::renew(&session, |_| renewal(core, user, &session, None)).await,
        }
    }

    /// Whether a token that the server rejected may be replaced; if so, it is dropped.
    pub(crate) fn reject(&self, user: &Arc<str>, token: &Token) -> bool {
        self.slots.get(user).slot.reject(token)
    }

    pub(super) async fn refresh(&self, core: &Core, user: &Arc<str>) -> Result<UserTokens, Error> {
        let session = self.slots.get(user);
        let generation = session.slot.generation();
        let stale = self.stored(core, user).await?.map(|tokens| tokens.access_token().to_owned());
        let token = Slot::on_its_own(renewal(core, user, &session, stale)).await?;
        session.slot.keep(token, generation);
        let tokens = self.stored(core, user).await?;
        tokens.ok_or_else(|| login_required(format!("nobody is logged in as {user:?}")))
    }

    pub(super) async fn put(&self, core: &Core, user: &Arc<str>, tokens: &UserTokens) -> Result<(), Error> {
        if tokens.have_space() {
            return Err(Error::invalid_request(format!("there is a space or a line break in a token; {TRIM}")));
        }
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
        // Again if a refresh saved new tokens meanwhile; they have to go as well.
        let mut removed: Option<StoredToken> = None;
        while let Some(stored) = store.load(&key).await.map_err(store_error)? {
            if removed.is_some_and(|removed| removed.secret() == stored.secret()) {
                return Err(store_error(StoreError::new("the removed entry is still there")));
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
        // A panic in the program's code must not keep new tokens from being used or saved.
        if let Some(on_change) = &self.on_change
            && catch_unwind(AssertUnwindSafe(|| on_change(user, change))).is_err()
        {
            tracing::error!(user, "`on_session_change` panicked");
        }
    }
}

/// A login or a logout.
///
/// It may fail or be given up half-way, and then nobody knows what the store has.
/// So, however it ends, the current token is dropped, and so is the result of every renewal that began before.
struct Change<'a> {
    session: &'a Session,
    generation: u64,
    token: Option<Token>,
}

impl<'a> Change<'a> {
    fn begin(session: &'a Session) -> Self {
        Change { session, generation: session.slot.generation(), token: None }
    }

    /// With the token that the store now has.
    fn succeed(mut self, token: Option<Token>) {
        *self.session.state() = State::default();
        self.token = token;
    }
}

impl Drop for Change<'_> {
    fn drop(&mut self) {
        self.session.slot.end_generation(self.generation, self.token.take());
    }
}

fn key(core: &Core, user: &str) -> String {
    core.store_key("user_session", user)
}

fn login_required(message: impl Into<String>) -> Error {
    Error::new(Kind::LoginRequired, message)
}

/// Gets a token of a user: out of the store, or by a refresh.
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
    /// An access token that has to be replaced, however long it is still good.
    stale: Option<String>,
}

impl Renewal {
    fn sessions(&self) -> &SessionTokens {
        self.core.session_tokens()
    }

    fn store(&self) -> &SharedStore {
        &self.sessions().store
    }

    async fn run(self) -> Result<Token, Error> {
        loop {
            let generation = self.session.slot.generation();
            let mut to_refresh = None;
            let look = |stored| match self.session.look(&self.user, stored, self.stale.as_deref(), generation) {
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
            // `None`: the session was changed meanwhile, and the store has the tokens of now.
            if let Some(token) = refreshed? {
                return Ok(token);
            }
        }
    }

    /// Gets new tokens and saves them, under the lock; `None` if the session was changed meanwhile.
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

    /// The refresh token is used up, perhaps by another client that had lost its lock.
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
        // Not before: an end that is remembered is not reported again.
        self.session.state().over = Some((refresh_token, error.clone()));
        self.sessions().tell(&self.user, &SessionChange::LoginRequired(error.clone()));
        Err(error)
    }

    /// Replaces the used up tokens in the store by new ones.
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
        self.sessions().tell(&self.user, &SessionChange::Unsaved(new.tokens.clone()));
        tokio::spawn(self.clone().save_later(new));
        token.map(Some)
    }

    /// Saves new tokens, unless the entry of the store is newer.
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
                    self.sessions().tell(&self.user, &SessionChange::Refreshed(new.tokens.clone()));
                    return Saved::Yes;
                }
                Ok(false) => {}
                Err(error) => return failed(error),
            }
            match store.load(&self.key).await {
                Ok(Some(stored)) if stored.secret() == new.stored.secret() => {
                    return failed(StoreError::new("the entry to replace is there, but was not replaced"));
                }
                // An earlier save of this client came late: the tokens that are there now are used up as well.
                Ok(Some(stored)) if new.is_newer_than(&stored) => new.stored = stored,
                Ok(_) => {
                    self.session.forget_unsaved(&new.tokens);
                    return Saved::Changed;
                }
                Err(error) => return failed(error),
            }
        }
    }

    /// Tries again and again to save the tokens, as long as they may work and are the newest.
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

/// Whether new tokens were saved.
enum Saved {
    Yes,
    /// No, because of a login or logout meanwhile.
    Changed,
    /// No, because the store failed.
    Failed,
}

impl fmt::Debug for SessionTokens {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SessionTokens").field("store", &self.store).finish_non_exhaustive()
    }
}
