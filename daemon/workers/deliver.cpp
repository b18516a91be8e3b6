#include "daemon/workers/deliver.hpp"

#include "base/fault_point.hpp"
#include "base/offload.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "desk/deliveries/delivery.hpp"
#include "desk/site/numbered_name.hpp"
#include "desk/site/sealed_content.hpp"

namespace consign::daemon {

namespace asio = boost::asio;
using delivery::delivery_errc;
using delivery::FarEnd;

namespace {

/// Somebody may take the name that was chosen; after so many times the job is put off.
constexpr int rename_limit = 8;

/// One attempt. Blocking steps run on the far ends' pool.
class Attempted {
  public:
    Attempted(desk::Site& site, asio::thread_pool& pool, FarEnd& far, queue::Job job,
              desk::Delivery delivery, catalog::File file, VirtualPath temporary)
        : site_(site),
          pool_(pool),
          far_(far),
          job_(std::move(job)),
          delivery_(std::move(delivery)),
          file_(std::move(file)),
          temporary_(std::move(temporary)) {}

    asio::awaitable<Result<>> run() {
        const auto found = co_await on_pool([this] { return look(); });
        if (!found) co_return failure(found.error());
        switch (*found) {
            case Found::taken_away:
                co_return co_await desk::end_delivery(site_, job_, delivery_, file_,
                                                      "it was taken away there already");
            case Found::delivered:
                co_return co_await desk::end_delivery(site_, job_, delivery_, file_);
            case Found::whole:
                break;
            case Found::part:
                delivery_.final.reset();
                if (auto sent = co_await send(); !sent) co_return sent;
        }
        for (int round = 0; round < rename_limit; ++round) {
            if (!delivery_.final)
                if (auto chosen = co_await choose_name(); !chosen) co_return chosen;
            fault_point("delivery.before_rename");
            const auto renamed =
                co_await on_pool([this] { return far_.rename(temporary_, *delivery_.final); });
            fault_point("delivery.renamed");
            if (renamed) co_return co_await desk::end_delivery(site_, job_, delivery_, file_);
            if (renamed.error() != delivery_errc::taken) co_return renamed;
            delivery_.final.reset();
        }
        co_return failure(delivery_errc::far_end_failed);
    }

  private:
    enum class Found : std::uint8_t {
        part,        // or nothing, of the content
        whole,       // under the temporary name, and `final` was chosen
        delivered,   // under its final name
        taken_away,  // from its final name
    };

    template <class Work>
    asio::awaitable<std::invoke_result_t<Work&>> on_pool(Work work) {
        co_return co_await offload(pool_, std::move(work));
    }

    /// How far an attempt before this one came.
    Result<Found> look() {
        const auto there = far_.size_of(temporary_);
        if (!there) return failure(there.error());
        begun_bytes_ = there->value_or(0);
        if (!delivery_.final) return Found::part;
        // It was whole and verified, whoever may have changed it since.
        if (*there) return begun_bytes_ == file_.size_bytes ? Found::whole : Found::part;
        const auto delivered = is_delivered();
        if (!delivered) return failure(delivered.error());
        if (*delivered) return Found::delivered;
        return delivery_.synced ? Found::taken_away : Found::part;
    }

    Result<bool> is_delivered() {
        const auto size = far_.size_of(*delivery_.final);
        if (!size) return failure(size.error());
        if (*size != file_.size_bytes) return false;
        const auto digest = far_.sha256(*delivery_.final, file_.size_bytes);
        if (!digest) {
            // Taken away between the two looks.
            if (digest.error() == delivery_errc::no_such_name) return false;
            return failure(digest.error());
        }
        return !*digest || **digest == file_.sha256;
    }

    asio::awaitable<Result<>> send() {
        const bool goes_on = begun_bytes_ <= file_.size_bytes;
        const std::uint64_t from = goes_on ? far_.certain(begun_bytes_) : 0;
        if (auto begun = co_await desk::begin_sending(site_, job_, delivery_, file_, from); !begun)
            co_return co_await drop(begun.error());
        fault_point("delivery.begun");
        auto sent = co_await on_pool([this, from] { return send_from(from); });
        // What was refused may have left a hole, and what is not as it was sent is of no use.
        if (!sent && delivery::is_of_one_file(sent.error())) co_return co_await drop(sent.error());
        if (!sent) co_return failure(sent.error());
        fault_point("delivery.verified");
        delivery_.synced = *sent;
        co_return Result<>{};
    }

    Result<bool> send_from(std::uint64_t from) {
        const auto sealed = desk::open_content(site_, file_);
        if (!sealed) return failure(sealed.error());
        const auto synced = far_.send(
            temporary_, from, file_.size_bytes,
            [&](std::uint64_t offset, ByteSpan out) { return (*sealed)->read(offset, out); });
        fault_point("delivery.sent");
        if (!synced) return synced;
        const auto size = far_.size_of(temporary_);
        if (!size) return failure(size.error());
        if (*size != file_.size_bytes) return failure(delivery_errc::unverified);
        const auto digest = far_.sha256(temporary_, file_.size_bytes);
        if (!digest) return failure(digest.error());
        if (*digest && **digest != file_.sha256) return failure(delivery_errc::unverified);
        return synced;
    }

    /// What lies under the temporary name is of no use.
    asio::awaitable<Result<>> drop(std::error_code why) {
        if (const auto removed = co_await on_pool([this] { return far_.remove(temporary_); });
            !removed)
            site_.log.warning("a temporary file stays at a target",
                              {{"job", job_.id}, {"why", removed.error()}});
        co_return failure(why);
    }

    asio::awaitable<Result<>> choose_name() {
        auto name = co_await on_pool([this] { return free_name(); });
        // Nobody goes on with it by himself.
        if (!name && name.error() == delivery_errc::taken) co_return co_await drop(name.error());
        if (!name) co_return failure(name.error());
        delivery_.final = *std::move(name);
        fault_point("delivery.name_chosen");
        if (auto begun = co_await desk::begin_renaming(site_, job_, delivery_); !begun) {
            if (begun.error() == queue::queue_errc::no_such_job)
                co_return co_await drop(begun.error());
            co_return begun;
        }
        fault_point("delivery.renaming");
        co_return Result<>{};
    }

    Result<VirtualPath> free_name() {
        const int numbers =
            delivery_.on_clash == policy::OnClash::number ? desk::clash_numbers_limit : 1;
        for (int number = 1; number <= numbers; ++number) {
            auto name = desk::numbered(delivery_.path, number);
            if (!name) return name;
            const auto size = far_.size_of(*name);
            if (!size) return failure(size.error());
            if (!*size) return name;
        }
        return failure(delivery_errc::taken);
    }

    desk::Site& site_;
    asio::thread_pool& pool_;
    FarEnd& far_;
    const queue::Job job_;
    desk::Delivery delivery_;
    const catalog::File file_;
    const VirtualPath temporary_;
    std::uint64_t begun_bytes_ = 0;
};

}  // namespace

asio::awaitable<Result<>> deliver(desk::Site& site, asio::thread_pool& pool, FarEnd& far,
                                  queue::Job job) {
    auto delivery = desk::delivery_in(job.work);
    if (!delivery) co_return failure(std::make_error_code(std::errc::bad_message));
    const auto file =
        co_await site.store.read([&](Transaction& transaction) -> Result<catalog::File> {
            const auto stream = transaction.catalog.stream_of(job.file);
            if (!stream) return failure(stream.error());
            const auto found = transaction.catalog.file_of(*stream);
            if (!found) return failure(found.error());
            if (!*found) return failure(queue::queue_errc::no_such_job);
            return **found;
        });
    if (!file) co_return failure(file.error());
    auto temporary = desk::temporary_name(*delivery, file->stream, job.id);
    if (!temporary) co_return failure(temporary.error());
    Attempted attempted(site, pool, far, std::move(job), *std::move(delivery), *file,
                        *std::move(temporary));
    co_return co_await attempted.run();
}

}  // namespace consign::daemon
