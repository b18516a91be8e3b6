#include "desk/login.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/asio.hpp>

#include "base/evp.hpp"
#include "desk/receipts/login_words.hpp"

namespace consign::desk {

namespace asio = boost::asio;

namespace {

/// How long a password waits for its network's place in the queue, and how often it looks.
constexpr std::chrono::milliseconds queue_wait_limit{5000};
constexpr std::chrono::milliseconds queue_wait_step{20};

const policy::PublicKey* find_key(const policy::Account* account, const Bytes& blob) {
    if (!account) return nullptr;
    const auto found = std::ranges::find(account->keys, blob, &policy::PublicKey::blob);
    return found == account->keys.end() ? nullptr : &*found;
}

const policy::ClientCertificate* find_certificate(const policy::Account* account,
                                                  const ClientIdentity& identity) {
    if (!account) return nullptr;
    const auto found =
        std::ranges::find_if(account->certificates, [&](const policy::ClientCertificate& known) {
            return known.fingerprint ? *known.fingerprint == identity.fingerprint
                                     : known.subject == identity.subject;
        });
    return found == account->certificates.end() ? nullptr : &*found;
}

/// A hash for one who has none: that of some account, always the same for the same name, so that an
/// unknown user is answered after the time that a known one takes. Its verdict is thrown away.
const std::string& stand_in_hash(const policy::Policy& policy, const std::string& user) {
    static const std::string none;
    std::vector<const std::string*> hashes;
    for (const auto& [id, account] : policy.accounts)
        if (!account.password_hash.empty()) hashes.push_back(&account.password_hash);
    if (hashes.empty()) return none;
    return *hashes[evp::sha256({as_bytes(user)})[0] % hashes.size()];
}

std::string methods_text(const std::set<policy::Method>& methods) {
    std::vector<std::string_view> names;
    for (const auto method : methods) names.push_back(policy::name_of(method));
    return fmt::format("{}", fmt::join(names, "+"));
}

asio::awaitable<void> wait_for_refusal_step(std::chrono::steady_clock::time_point since) {
    const auto steps = (std::chrono::steady_clock::now() - since) / Login::refusal_step + 1;
    asio::steady_timer timer(co_await asio::this_coro::executor,
                             since + steps * Login::refusal_step);
    co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

std::set<policy::Method> Login::all_methods() {
    return {policy::Method::publickey, policy::Method::password};
}

Login::Claim Login::claim(const std::string& user) const {
    Claim claim;
    claim.policy = session_.site().policy.current();
    const auto found = claim.policy->accounts.find(user);
    if (found == claim.policy->accounts.end()) return claim;
    claim.account = &found->second;
    claim.rule = claim.account->rule;
    claim.may_connect = session_.may_connect(*claim.policy, *claim.account);
    return claim;
}

bool Login::takes_offer(const Claim& claimed, const std::string& user) {
    ++offers_;
    offered_as_ = user;
    return !is_exhausted() && claimed.may_connect.allowed;
}

bool Login::key_is_welcome(const std::string& user, const Bytes& blob) {
    const Claim claimed = claim(user);
    return takes_offer(claimed, user) && find_key(claimed.account, blob) != nullptr;
}

asio::awaitable<Login::Answer> Login::present_key(std::string user, Bytes blob) {
    Claim claimed = claim(user);
    const policy::PublicKey* key = find_key(claimed.account, blob);
    if (!key)
        co_return co_await refuse(std::move(user), std::move(claimed),
                                  "the key is not one of the account's");
    const policy::Rule rule = key->rule;
    std::string fingerprint = key->fingerprint;
    co_return co_await accept(std::move(user), std::move(claimed), policy::Method::publickey, rule,
                              std::move(fingerprint));
}

bool Login::certificate_is_welcome(const std::string& user, const ClientIdentity& identity) {
    const Claim claimed = claim(user);
    return takes_offer(claimed, user) && find_certificate(claimed.account, identity) != nullptr;
}

asio::awaitable<Login::Answer> Login::present_certificate(std::string user,
                                                          ClientIdentity identity) {
    Claim claimed = claim(user);
    const policy::ClientCertificate* certificate = find_certificate(claimed.account, identity);
    if (!certificate)
        co_return co_await refuse(std::move(user), std::move(claimed),
                                  "the certificate is not one of the account's");
    const policy::Rule rule = certificate->rule;
    std::string fingerprint = fmt::format("SHA256:{}", to_hex(identity.fingerprint));
    co_return co_await accept(std::move(user), std::move(claimed), policy::Method::tls_certificate,
                              rule, std::move(fingerprint));
}

/// One network has so many places in the queue, in which others would find none; its others wait
/// before it.
asio::awaitable<Result<bool>> Login::judge(std::string hash, SecretText password) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (std::chrono::milliseconds waited{0}; waited < queue_wait_limit;
         waited += queue_wait_step) {
        if (const auto place = session_.site().occupancy.take(
                Occupancy::passwords_from(session_.network()), Passwords::waiting_limit_each))
            co_return co_await session_.site().passwords.verify(std::move(hash),
                                                                std::move(password));
        timer.expires_after(queue_wait_step);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return failure(desk_errc::overloaded);
}

asio::awaitable<Login::Answer> Login::present_password(std::string user, SecretText password) {
    Claim claimed = claim(user);
    const bool has_password = claimed.account && !claimed.account->password_hash.empty();
    const std::string hash =
        has_password ? claimed.account->password_hash : stand_in_hash(*claimed.policy, user);
    if (hash.empty())
        co_return co_await refuse(std::move(user), std::move(claimed), "no account has a password");
    const Result<bool> matches = co_await judge(hash, std::move(password));
    if (!matches) {
        ++failures_;
        auto unjudged = failed_login(claimed, {});
        unjudged.detail = matches.error().message();
        co_await session_.record_refusal(std::move(unjudged));
        co_return Answer{Answer::Outcome::ended, {}, matches.error()};
    }
    if (!has_password || !*matches)
        co_return co_await refuse(std::move(user), std::move(claimed), "the password is wrong");
    const policy::Rule rule = claimed.account->rule;
    co_return co_await accept(std::move(user), std::move(claimed), policy::Method::password, rule,
                              {});
}

ledger::Event Login::failed_login(const Claim& claimed, std::string why) const {
    auto failed =
        session_.event(ledger::Action::login_failed, ledger::Outcome::refused, claimed.rule);
    // What was typed as a user name may be anything, a password too: only a known account is named.
    if (claimed.account) failed.account = claimed.account->id;
    failed.detail = claimed.account ? std::move(why) : "no such account";
    failed.policy = claimed.policy->hash;
    return failed;
}

asio::awaitable<Login::Answer> Login::refuse(std::string user, Claim claimed, std::string why) {
    ++failures_;
    succeeded_.clear();
    co_await session_.record_refusal(failed_login(claimed, std::move(why)));
    co_await wait_for_refusal_step(claimed.made);
    if (is_exhausted())
        co_return Answer{Answer::Outcome::ended, {}, desk_errc::too_many_failed_logins};
    co_return Answer{Answer::Outcome::refused, all_methods(), {}};
}

asio::awaitable<Login::Answer> Login::accept(std::string user, Claim claimed, policy::Method method,
                                             policy::Rule rule, std::string fingerprint) {
    if (!claimed.may_connect.allowed) {
        const std::string why(claimed.may_connect.reason);
        claimed.rule = claimed.may_connect.rule;
        co_return co_await refuse(std::move(user), std::move(claimed), why);
    }
    if (user != user_) succeeded_.clear();
    user_ = user;
    succeeded_.insert(method);
    if (method == policy::Method::publickey)
        key_ = std::move(fingerprint);
    else if (method == policy::Method::tls_certificate)
        certificate_ = std::move(fingerprint);
    const auto progress = policy::login_progress(*claimed.account, session_.protocol(), succeeded_);
    if (!progress.complete && progress.next.empty())
        co_return co_await refuse(
            std::move(user), std::move(claimed),
            "no way in of the account's goes on from here over this protocol");
    // Over FTPS a certificate comes before everything else or not at all: who guesses at a password
    // is not to learn that it was right.
    const bool comes_too_late = method == policy::Method::password &&
                                progress.next == std::set{policy::Method::tls_certificate};
    if (!progress.complete && comes_too_late)
        co_return co_await refuse(std::move(user), std::move(claimed),
                                  "the client presented no certificate that the account's way "
                                  "needs");
    if (!progress.complete) co_return Answer{Answer::Outcome::partial, progress.next, {}};

    const auto own_limit = claimed.account->quota.sessions;
    auto place = session_.site().occupancy.take(
        Occupancy::of_account(user),
        own_limit.value_or(claimed.policy->limits.sessions_per_account));
    if (!place) {
        if (own_limit) claimed.rule = claimed.account->quota.rule;
        co_await refuse(
            std::move(user), std::move(claimed),
            own_limit ? "quota.sessions is reached" : "limits.sessions_per_account is reached");
        co_return Answer{Answer::Outcome::ended, {}, desk_errc::too_many_sessions};
    }
    place_ = std::move(*place);
    session_.set_account(std::move(user), methods_text(succeeded_));
    auto login = session_.event(ledger::Action::login, ledger::Outcome::granted, rule);
    login.policy = claimed.policy->hash;
    LoginWords words{.methods = methods_text(succeeded_)};
    if (succeeded_.contains(policy::Method::publickey)) words.key = key_;
    if (succeeded_.contains(policy::Method::tls_certificate)) words.certificate = certificate_;
    login.detail = login_detail(words, session_.client(), session_.algorithms());
    // A login that cannot be recorded is none: nothing happens unseen.
    if (const auto recorded = co_await session_.record(std::move(login)); !recorded)
        co_return Answer{Answer::Outcome::ended, {}, desk_errc::storage_failed};
    complete_ = true;
    // Another policy may have come into force meanwhile: whoever went through the sessions then did
    // not see this one yet.
    if (const auto why = session_.reason_to_leave())
        co_return Answer{Answer::Outcome::ended, {}, why};
    co_return Answer{Answer::Outcome::complete, {}, {}};
}

std::unique_ptr<Desk> Login::open_desk() {
    return std::make_unique<Desk>(session_, session_.account(), std::move(place_));
}

asio::awaitable<void> Login::give_up() {
    if (complete_ || failures_ > 0) co_return;
    if (!succeeded_.empty())
        co_await session_.record_refusal(failed_login(
            claim(user_),
            fmt::format("the peer left after {}, before the way's end", methods_text(succeeded_))));
    else if (offers_ > 0)
        co_await session_.record_refusal(
            failed_login(claim(offered_as_), "nothing that was offered would do"));
}

}  // namespace consign::desk
