#include "admin/offline_store.hpp"

#include <fmt/format.h>

#include <boost/asio.hpp>
#include <cstdlib>

#include "admin/owner.hpp"
#include "admin/site.hpp"
#include "desk/administration.hpp"
#include "storage/keyring/errc.hpp"
#include "storage/keyring/root_key.hpp"
#include "storage/open_store.hpp"

namespace consign::admin {

namespace asio = boost::asio;
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
    OfflineStore(std::shared_ptr<const policy::Policy> policy, std::string administrator)
        : policy_(std::move(policy)), administrator_(std::move(administrator)) {}

    Result<> open(const SecretKey& root) {
        auto opened = open_store(disk_, policy_.current()->data, root, random_, pool_threads);
        if (!opened) return failure(opened.error());
        store_ = *std::move(opened);
        site_.reset(new desk::Site{.store = *store_,
                                   .policy = policy_,
                                   .clock = clock_,
                                   .random = random_,
                                   .log = log_,
                                   .passwords = passwords_,
                                   .started = clock_.now()});
        administration_.emplace(*site_);
        verbs_ = administration_->verbs();
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
    asio::io_context io_;  // outlives the store, whose threads post to it
    std::unique_ptr<Store> store_;
    std::unique_ptr<desk::Site> site_;
    std::optional<desk::Administration> administration_;
    desk::VerbTable verbs_;
};

Outcome<std::filesystem::path> root_key_file(const policy::KeyReference& reference) {
    if (reference.kind == policy::KeyReference::Kind::file) return reference.value;
    if (const char* folder = std::getenv("CREDENTIALS_DIRECTORY"))
        return std::filesystem::path(folder) / reference.value;
    return failed(
        fmt::format("no daemon is running, and the root key is the credential {}, which "
                    "systemd gives to the daemon alone; start consignd",
                    reference.value));
}

/// As root, before the owner is taken on, and as the owner after: the key may belong to either.
Outcome<SecretKey> load_root_key_and_become_owner(const policy::Policy& policy) {
    const auto file = root_key_file(policy.root_key);
    if (!file) return std::unexpected(file.error());
    auto root = keyring::load_root_key(*file);
    if (auto became = become_owner_of(policy.data); !became)
        return std::unexpected(std::move(became).error());
    if (!root && root.error() == keyring::keyring_errc::root_key_foreign)
        root = keyring::load_root_key(*file);
    if (root) return *std::move(root);
    return failed(
        fmt::format("the root key {} cannot be used: {}", file->string(), root.error().message()));
}

}  // namespace

Outcome<std::unique_ptr<Door>> open_offline_store(const Command& command) {
    auto site = load_site(command.config);
    if (!site) return std::unexpected(std::move(site).error());
    const auto policy = *std::move(site);
    const std::string administrator = caller().name;
    const auto root = load_root_key_and_become_owner(*policy);
    if (!root) return std::unexpected(root.error());

    auto store = std::make_unique<OfflineStore>(policy, administrator);
    if (const auto opened = store->open(*root); !opened) {
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

}  // namespace consign::admin
