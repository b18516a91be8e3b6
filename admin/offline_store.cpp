#include "admin/offline_store.hpp"

#include <fmt/format.h>

#include <boost/asio.hpp>
#include <cstdlib>

#include "admin/child_door.hpp"
#include "admin/owner.hpp"
#include "admin/site.hpp"
#include "desk/administration.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/keyring/root_key.hpp"
#include "storage/keyring/witness_key.hpp"
#include "storage/open_store.hpp"

namespace consign::admin {

namespace asio = boost::asio;
namespace fs = std::filesystem;
namespace json = boost::json;

namespace {

constexpr std::size_t pool_threads = 1;

class CallbackSink final : public desk::RowSink {
  public:
    explicit CallbackSink(const Door::OnRow& on_row) : on_row_(on_row) {}
    asio::awaitable<Result<>> give(json::object row) override {
        on_row_(row);
        co_return Result<>{};
    }

  private:
    const Door::OnRow& on_row_;
};

class OfflineStore final : public Door {
  public:
    OfflineStore(std::shared_ptr<const policy::Policy> policy, std::string administrator,
                 std::optional<Ed25519Key> witness)
        : policy_(std::move(policy)),
          administrator_(std::move(administrator)),
          witness_(std::move(witness)) {}

    Result<> make_database(const SecretKey& root) {
        return create_database(disk_, policy_.current()->data, root, random_);
    }

    Result<> open(const SecretKey& root) {
        auto opened = open_store(disk_, policy_.current()->data, root, random_, pool_threads,
                                 [](std::size_t from, std::size_t to) {
                                     fmt::print(stderr,
                                                "consign: the database is being brought from "
                                                "version {} to {}: minutes, where the ledger is "
                                                "long\n",
                                                from, to);
                                 });
        if (!opened) return failure(opened.error());
        store_ = *std::move(opened);
        site_.reset(new desk::Site{.store = *store_,
                                   .policy = policy_,
                                   .clock = clock_,
                                   .random = random_,
                                   .log = log_,
                                   .passwords = passwords_,
                                   .started = clock_.now(),
                                   .witness = witness_ ? &*witness_ : nullptr});
        verbs_ = desk::administrator_verbs(*site_);
        return {};
    }

    Outcome<json::object> ask(const std::string& verb, json::object arguments,
                              const OnRow& on_row) override {
        CallbackSink rows(on_row);
        desk::Answered answered;
        auto ended = [&answered](std::exception_ptr thrown, desk::Answered came) {
            if (thrown) std::rethrow_exception(thrown);
            answered = std::move(came);
        };
        asio::co_spawn(io_, verbs_.at(verb)({administrator_, std::move(arguments), rows}), ended);
        io_.restart();
        io_.run();
        if (!answered) return failed(std::move(answered).error());
        return *std::move(answered);
    }

  private:
    PosixDisk disk_;
    SystemRandom random_;
    SystemClock clock_;
    Log log_{Log::Format::text, Log::Level::error};
    desk::LivePolicy policy_;
    desk::Passwords passwords_;
    std::string administrator_;
    std::optional<Ed25519Key> witness_;
    asio::io_context io_;  // outlives the store, whose threads post to it
    std::unique_ptr<Store> store_;
    std::unique_ptr<desk::Site> site_;
    desk::VerbTable verbs_;
};

Outcome<fs::path> file_of(const policy::KeyReference& reference, std::string_view name) {
    if (reference.kind == policy::KeyReference::Kind::file) return reference.value;
    if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"))
        return fs::path(folder) / reference.value;
    return failed(
        fmt::format("no daemon is running, and the {} key is the credential {}, which "
                    "systemd gives to the daemon alone; start consignd, or run this under "
                    "systemd-run with that credential",
                    name, reference.value));
}

struct Keys {
    SecretKey root;
    std::optional<Ed25519Key> witness;
};

/// As root, before the owner is taken on, and as the owner after: a key may belong to either.
Outcome<Keys> load_keys_and_become_owner(const policy::Policy& policy) {
    const auto root_file = file_of(policy.root_key, "root");
    if (!root_file) return std::unexpected(root_file.error());
    const auto witness_file =
        policy.witness_key ? file_of(*policy.witness_key, "witness") : Outcome<fs::path>();
    if (!witness_file) return std::unexpected(witness_file.error());
    auto root = keyring::load_root_key(*root_file);
    auto witness = keyring::load_witness_key(*witness_file);
    if (auto became = become_owner_of(policy.data); !became)
        return std::unexpected(std::move(became).error());
    if (!root && root.error() == keyring::keyring_errc::key_foreign)
        root = keyring::load_root_key(*root_file);
    if (!root)
        return failed(fmt::format("the root key {} cannot be used: {}", root_file->string(),
                                  root.error().message()));
    if (!policy.witness_key) return Keys{*std::move(root), std::nullopt};
    if (!witness && witness.error() == keyring::keyring_errc::key_foreign)
        witness = keyring::load_witness_key(*witness_file);
    if (!witness)
        return failed(fmt::format("the witness key {} cannot be used: {}", witness_file->string(),
                                  witness.error().message()));
    return Keys{*std::move(root), std::move(*witness)};
}

enum class Base { as_it_is, made_anew };

bool is_same_folder(const fs::path& one, const fs::path& other) {
    std::error_code unknown;
    if (fs::equivalent(one, other, unknown)) return true;
    const auto normal = [](const fs::path& folder) {
        return (fs::absolute(folder) / "").lexically_normal();
    };
    return unknown && normal(one) == normal(other);
}

/// --data names a running daemon's folder; here it may say no more than consign.yaml does.
Outcome<> check_is_meant(const Command& command, const fs::path& data, Base base) {
    if (command.data.empty() || is_same_folder(command.data, data)) return {};
    return failed(fmt::format(
        "{}; {} works on the `data` of {}, which is {}: leave --data away, or name with -c the "
        "site whose data is {}",
        base == Base::made_anew ? "--data is another folder"
                                : fmt::format("no daemon is running on {}", command.data.string()),
        base == Base::made_anew ? "this" : "without one, a verb", command.config.string(),
        data.string(), command.data.string()));
}

Outcome<std::unique_ptr<Door>> open_as_owner(std::shared_ptr<const policy::Policy> policy,
                                             const std::string& administrator, Base base) {
    auto keys = load_keys_and_become_owner(*policy);
    if (!keys) return std::unexpected(std::move(keys).error());

    auto store = std::make_unique<OfflineStore>(policy, administrator, std::move(keys->witness));
    if (base == Base::made_anew)
        // One that is there, and has no ledger yet, may be of an earlier try that was cut short.
        if (const auto made = store->make_database(keys->root);
            !made && made.error() != std::errc::file_exists) {
            return failed(fmt::format("no database can be made in {}: {}", policy->data.string(),
                                      made.error().message()));
        }
    if (const auto opened = store->open(keys->root); !opened) {
        if (opened.error() == data_folder_errc::in_use)
            return failed(
                fmt::format("a process holds {}, but no daemon answers on its control "
                            "socket; if consignd is starting or ending, try again",
                            policy->data.string()));
        return failed(fmt::format("the store in {} does not open: {}", policy->data.string(),
                                  opened.error().message()));
    }
    return store;
}

Outcome<std::unique_ptr<Door>> open_on(const Command& command, Base base) {
    const auto site = load_site(command.config);
    if (!site) return std::unexpected(site.error());
    const auto& policy = *site;
    if (auto meant = check_is_meant(command, policy->data, base); !meant)
        return std::unexpected(std::move(meant).error());
    const auto open = [&policy, base, administrator = caller().name] {
        return open_as_owner(policy, administrator, base);
    };
    return belongs_to_another(policy->data) ? open_in_child(open) : open();
}

}  // namespace

Outcome<std::unique_ptr<Door>> open_offline_store(const Command& command) {
    return open_on(command, Base::as_it_is);
}

Outcome<std::unique_ptr<Door>> open_with_new_database(const Command& command) {
    return open_on(command, Base::made_anew);
}

}  // namespace consign::admin
