// A far end that lives in memory, and does what the test says: goes down, cuts the line, loses an
// answer.
#pragma once

#include <boost/test/unit_test.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/evp.hpp"
#include "daemon/workers/delivery/errc.hpp"
#include "daemon/workers/delivery/far_ends.hpp"

namespace consign::testing {

using delivery::delivery_errc;
using delivery::FarEnd;

/// What all connections to one far end share. Calls come one at a time in these tests, but where a
/// target has several connections.
struct FarFolder {
    std::mutex mutex;
    std::map<std::string, Bytes, std::less<>> files;
    std::vector<std::string> order;  // final names, as they came
    std::error_code refuses;         // to connect
    std::uint64_t cut_after_bytes = ~std::uint64_t{0};
    std::uint64_t sent_bytes = 0;
    int connects = 0;
    bool vouches = true;
    bool tells_digests = true;
    bool loses_answer_to_rename = false;
    // As of one that is logged into anew for each file.
    std::error_code sends_fail, fetches_fail;
    std::function<void(FarFolder&)> after_rename = [](FarFolder&) {};
    std::map<std::string, std::int64_t, std::less<>> modified;
    std::map<std::string, std::uint64_t, std::less<>> claimed;  // sizes that are listed instead
    std::vector<std::string> fetched;                           // as they were asked for
    std::string breaks_off_at;                                  // this one, when it is fetched
    int lists = 0;
    std::function<void(FarFolder&)> after_list = [](FarFolder&) {};
    std::function<void(FarFolder&)> after_fetch = [](FarFolder&) {};
    std::function<void(FarFolder&)> after_look = [](FarFolder&) {};
};

class FakeFarEnd final : public FarEnd {
  public:
    FakeFarEnd(FarFolder& folder, delivery::Stop& stop, delivery::Pace& pace)
        : folder_(folder), stop_(stop), pace_(pace) {}

    Result<std::optional<std::uint64_t>> size_of(const VirtualPath& path) override {
        const std::scoped_lock lock(folder_.mutex);
        const auto found = folder_.files.find(path.text());
        if (found == folder_.files.end()) return std::nullopt;
        return found->second.size();
    }
    Result<bool> send(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                      const delivery::Content& content) override {
        if (folder_.sends_fail) return failure(folder_.sends_fail);
        Bytes& file = begin(path, from);
        for (std::uint64_t at = from; at < size_bytes;) {
            Bytes block(std::min<std::uint64_t>(1000, size_bytes - at));
            const auto count = content(at, block);
            if (!count) return failure(count.error());
            if (auto may = pace_.take(*count, stop_); !may) return failure(may.error());
            const std::scoped_lock lock(folder_.mutex);
            if (folder_.sent_bytes >= folder_.cut_after_bytes)
                return failure(delivery_errc::connection_lost);
            file.insert(file.end(), block.begin(), block.begin() + static_cast<long>(*count));
            folder_.sent_bytes += *count;
            at += *count;
        }
        return folder_.vouches;
    }
    Result<std::optional<Digest32>> sha256(const VirtualPath& path, std::uint64_t) override {
        const std::scoped_lock lock(folder_.mutex);
        if (!folder_.tells_digests) return std::nullopt;
        return evp::sha256({folder_.files.at(std::string(path.text()))});
    }
    Result<> rename(const VirtualPath& from, const VirtualPath& to) override {
        const std::scoped_lock lock(folder_.mutex);
        if (folder_.files.contains(to.text())) return failure(delivery_errc::taken);
        auto file = folder_.files.extract(std::string(from.text()));
        if (file.empty()) return failure(delivery_errc::no_such_name);
        file.key() = to.text();
        folder_.files.insert(std::move(file));
        folder_.order.emplace_back(to.text());
        folder_.after_rename(folder_);
        if (!std::exchange(folder_.loses_answer_to_rename, false)) return {};
        return failure(delivery_errc::connection_lost);
    }
    Result<> remove(const VirtualPath& path) override {
        const std::scoped_lock lock(folder_.mutex);
        folder_.files.erase(std::string(path.text()));
        return {};
    }
    Result<std::optional<delivery::FarFile>> look(const VirtualPath& path) override {
        const std::scoped_lock lock(folder_.mutex);
        const auto found = folder_.files.find(path.text());
        if (found == folder_.files.end()) return std::nullopt;
        const delivery::FarFile file{.name = std::string(path.name()),
                                     .size_bytes = listed_size(*found),
                                     .modified = folder_.modified[found->first]};
        folder_.after_look(folder_);
        return file;
    }
    Result<std::vector<delivery::FarFile>> list(const VirtualPath& folder,
                                                std::size_t limit) override {
        const std::scoped_lock lock(folder_.mutex);
        std::vector<delivery::FarFile> files;
        for (const auto& [path, bytes] : folder_.files) {
            const VirtualPath at = VirtualPath::parse(path).value();
            if (at.parent() != folder) continue;
            if (files.size() == limit) return failure(delivery_errc::too_many_names);
            files.push_back({.name = std::string(at.name()),
                             .size_bytes = listed_size({path, bytes}),
                             .modified = folder_.modified[path]});
        }
        ++folder_.lists;
        folder_.after_list(folder_);
        return files;
    }
    Result<> fetch(const VirtualPath& path, std::uint64_t from, std::uint64_t size_bytes,
                   const delivery::Taker& taker) override {
        Bytes bytes;
        {
            const std::scoped_lock lock(folder_.mutex);
            folder_.fetched.emplace_back(path.name());
            if (path.name() == folder_.breaks_off_at)
                return failure(delivery_errc::connection_lost);
            if (folder_.fetches_fail) return failure(folder_.fetches_fail);
            const auto found = folder_.files.find(path.text());
            if (found == folder_.files.end()) return failure(delivery_errc::no_such_name);
            bytes = found->second;
        }
        if (bytes.size() < size_bytes) return failure(delivery_errc::changed);
        for (std::uint64_t at = from; at < size_bytes;) {
            if (folder_.sent_bytes >= folder_.cut_after_bytes)
                return failure(delivery_errc::connection_lost);
            const auto count = std::min<std::uint64_t>(1000, size_bytes - at);
            if (auto taken = taker(at, ByteView(bytes).subspan(at, count)); !taken) return taken;
            folder_.sent_bytes += count;
            at += count;
        }
        folder_.after_fetch(folder_);
        return {};
    }

  private:
    [[nodiscard]] std::uint64_t listed_size(const std::pair<const std::string, Bytes>& file) const {
        const auto claimed = folder_.claimed.find(file.first);
        return claimed == folder_.claimed.end() ? file.second.size() : claimed->second;
    }
    Bytes& begin(const VirtualPath& path, std::uint64_t from) {
        const std::scoped_lock lock(folder_.mutex);
        Bytes& file = folder_.files[std::string(path.text())];
        if (from == 0) file.clear();
        BOOST_REQUIRE_EQUAL(file.size(), from);
        return file;
    }
    FarFolder& folder_;
    delivery::Stop& stop_;
    delivery::Pace& pace_;
};

/// For FarEnds.
[[nodiscard]] inline delivery::Connect connecting_to(FarFolder& far) {
    return [&far](const policy::Target&, delivery::Stop& stop,
                  delivery::Pace& pace) -> Result<std::unique_ptr<FarEnd>> {
        const std::scoped_lock lock(far.mutex);
        ++far.connects;
        if (far.refuses) return failure(far.refuses);
        return std::make_unique<FakeFarEnd>(far, stop, pace);
    };
}

}  // namespace consign::testing
