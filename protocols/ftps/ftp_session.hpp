// One FTP session: commands in, replies out, in their order (RFC 959, with RFC 2228, 2389, 2428,
// 2640, 3659, 4217 and 7151). Until TLS is on, nothing but the way to it is served.
#pragma once

#include <boost/asio.hpp>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/owned_tasks.hpp"
#include "base/wakeup.hpp"
#include "desk/login.hpp"
#include "protocols/ftps/byte_ring.hpp"
#include "protocols/ftps/command_reader.hpp"
#include "protocols/ftps/control_connection.hpp"
#include "protocols/ftps/deadline.hpp"
#include "protocols/ftps/facts.hpp"
#include "protocols/ftps/hash_names.hpp"
#include "protocols/ftps/listener_facts.hpp"
#include "protocols/ftps/listing_text.hpp"
#include "protocols/ftps/reply_code.hpp"
#include "protocols/ftps/transfer.hpp"

namespace consign::ftps {

/// Lives on the connection's strand.
class FtpSession {
  public:
    /// Commands that wait to be served, before the next are read.
    static constexpr std::size_t waiting_limit_bytes = 64 * 1024;

    FtpSession(desk::Session& session, const ListenerFacts& facts, ControlConnection& control);

    /// Serves until the session ends; a transfer that is under way then is broken off.
    [[nodiscard]] boost::asio::awaitable<void> run();
    /// Ends it as soon as no file is open: no command is served that comes afterwards.
    void drain() {
        is_draining_ = true;
        changed_.notify();
    }
    /// Ends it, with 421 and the reason: at once where no transfer is under way, else breaking it
    /// off. The first reason stays.
    void end(std::error_code why);
    /// The same, without a word: for a peer that does not listen, or a daemon that has no time.
    void cut(std::error_code why);

    [[nodiscard]] std::error_code why_ended() const { return why_ended_; }
    [[nodiscard]] bool is_logged_in() const { return desk_ != nullptr; }
    /// Is a file, or a listing, on its way?
    [[nodiscard]] bool is_transferring() const { return transfer_.has_value(); }
    /// A command is being served: the client waits for us, as it may for long (HASH); where it is
    /// being told something (is_flushing), we for it.
    [[nodiscard]] bool is_at_work() const { return is_at_work_; }
    /// Or does an upload wait for its client's word?
    [[nodiscard]] bool has_open_files() const { return transfer_ || unconfirmed_; }
    /// Of all transfers, what came, and what has left and reached the peer's system.
    [[nodiscard]] std::uint64_t moved_bytes() {
        return moved_bytes_ -
               std::min(moved_bytes_, transfer_ ? transfer_->data.unacknowledged_bytes() : 0);
    }
    /// When the last command came.
    [[nodiscard]] std::chrono::steady_clock::time_point last_command() const {
        return last_command_;
    }
    /// Is it waiting for the peer to take what it was told?
    [[nodiscard]] bool is_flushing() const { return is_flushing_; }
    void end_transfer(std::error_code why) {
        if (transfer_) transfer_->end(why);
    }

  private:
    using Work = boost::asio::awaitable<void>;
    using Handler = Work (FtpSession::*)(std::string argument);
    enum class Needs : std::uint8_t { nothing, tls, login };
    struct Verb {
        std::string_view name;
        Handler handler;
        Needs needs;
        /// Served during a transfer, too.
        bool meanwhile = false;
        /// May stand between REST, RANG or ALLO and the command that they are for (RFC 3659 section
        /// 5.3).
        bool prepares = meanwhile;
        /// Its argument is no path, so that spaces behind it are nothing's: embedded clients send
        /// them.
        bool trims = false;
    };
    [[nodiscard]] static std::span<const Verb> verbs();  // ftp_verbs.cpp

    struct Range {
        std::uint64_t start = 0, end = 0;  // the end does not belong to it
    };

    // The loop (ftp_session.cpp).
    [[nodiscard]] Work serve_all();
    [[nodiscard]] Work read_commands();
    [[nodiscard]] boost::asio::awaitable<bool> await_command();
    [[nodiscard]] bool take_waiting();
    [[nodiscard]] Work serve(std::expected<Command, std::error_code> command);
    [[nodiscard]] Work begin_tls();
    [[nodiscard]] Work flush();
    void say(int code, std::string_view text);
    void say(std::error_code error);
    void count_moved(std::size_t bytes) {
        transfer_->moved_bytes += bytes;
        moved_bytes_ += bytes;
    }

    // Each command of the table, in the file that its section names.
    // ftp_login.cpp
    Work auth(std::string argument);
    Work user(std::string argument);
    Work pass(std::string argument);
    Work acct(std::string argument);
    Work pbsz(std::string argument);
    Work prot(std::string argument);
    Work ccc(std::string argument);
    Work host(std::string argument);
    Work quit(std::string argument);
    void answer_login(const desk::Login::Answer& answer, int complete_code);
    // ftp_parameters.cpp
    Work feat(std::string argument);
    Work help(std::string argument);
    Work noop(std::string argument);
    Work syst(std::string argument);
    Work clnt(std::string argument);
    Work opts(std::string argument);
    Work type(std::string argument);
    Work mode(std::string argument);
    Work stru(std::string argument);
    Work rest(std::string argument);
    Work rang(std::string argument);
    Work allo(std::string argument);
    Work site(std::string argument);
    Work refuse(std::string argument);
    // ftp_names.cpp
    Work pwd(std::string argument);
    Work cwd(std::string argument);
    Work cdup(std::string argument);
    Work mkd(std::string argument);
    Work rmd(std::string argument);
    Work dele(std::string argument);
    Work rnfr(std::string argument);
    Work rnto(std::string argument);
    Work size(std::string argument);
    Work mdtm(std::string argument);
    Work mfmt(std::string argument);
    Work mff(std::string argument);
    Work site_utime(std::string argument);
    Work set_times(VirtualPath path, std::optional<Timestamp> accessed, Timestamp modified);
    [[nodiscard]] std::optional<VirtualPath> path_of(std::string_view argument);
    [[nodiscard]] std::optional<VirtualPath> file_path_of(std::string_view argument);
    [[nodiscard]] std::optional<VirtualPath> path_or_say(Result<VirtualPath> path,
                                                         std::string_view argument);
    // ftp_hashes.cpp
    Work hash(std::string argument);
    Work xcrc(std::string argument);
    Work xmd5(std::string argument);
    Work xsha1(std::string argument);
    Work xsha256(std::string argument);
    Work xsha512(std::string argument);
    Work old_hash(std::string_view algorithm, std::string argument);
    [[nodiscard]] boost::asio::awaitable<Result<Bytes>> digest(VirtualPath path,
                                                               std::string_view algorithm,
                                                               std::optional<Range>& range);
    // ftp_data_ports.cpp
    Work pasv(std::string argument);
    Work epsv(std::string argument);
    Work port(std::string argument);
    Work eprt(std::string argument);
    void open_passive(bool extended);
    void let_data_port_lapse();
    void open_active(const boost::asio::ip::tcp::endpoint& to);
    void note_stranger(const boost::asio::ip::address& stranger);
    // ftp_listings.cpp
    Work list(std::string argument);
    Work nlst(std::string argument);
    Work mlsd(std::string argument);
    Work mlst(std::string argument);
    Work stat(std::string argument);
    Work stat_path(std::string argument);
    [[nodiscard]] ListingText::Line long_lines() const;
    [[nodiscard]] std::string facts_of(const desk::Attributes& entry, const VirtualPath& path,
                                       std::string_view name) const;
    [[nodiscard]] boost::asio::awaitable<std::optional<ListingText>> open_listing(
        std::string path_text, bool may_be_pattern);
    Work send_listing(std::string_view verb, ListingText text, ListingText::Line line);
    [[nodiscard]] boost::asio::awaitable<Reply> listing_sent(ListingText text,
                                                             ListingText::Line line);
    // ftp_transfers.cpp
    Work abor(std::string argument);
    [[nodiscard]] bool can_transfer();
    Work transfer(std::string_view verb, std::string_view opening,
                  boost::asio::awaitable<Reply> body);
    Work run_transfer(boost::asio::awaitable<Reply> body, Reply& reply);
    Work serve_meanwhile();
    [[nodiscard]] Reply broken(std::error_code why) const;
    // ftp_retrieval.cpp
    Work retr(std::string argument);
    [[nodiscard]] boost::asio::awaitable<Reply> file_sent(std::shared_ptr<desk::Download> file,
                                                          Range range);
    Work empty_into_network(ByteRing& ring, desk::Download& file, std::uint64_t offset,
                            Result<>& sent);
    // ftp_deposit.cpp
    Work stor(std::string argument);
    Work stou(std::string argument);
    Work appe(std::string argument);
    struct Deposit {
        VirtualPath path;
        desk::UploadMode mode;
        std::uint64_t restart = 0;
        std::optional<std::uint64_t> announced_bytes = {};  // by ALLO
        std::string unique_name = {};                       // STOU's
    };
    Work store(std::string_view verb, Deposit deposit);
    [[nodiscard]] boost::asio::awaitable<Reply> file_received(Deposit deposit);
    [[nodiscard]] boost::asio::awaitable<Reply> end_deposit(const Deposit& deposit,
                                                            std::shared_ptr<desk::Upload> upload,
                                                            std::error_code arrival);
    Work fill_from_network(ByteRing& ring, std::error_code& arrival);
    Work empty_into_upload(ByteRing& ring, desk::Upload& upload, std::uint64_t offset,
                           Result<>& written);
    Work forget_unconfirmed();

    desk::Session& session_;
    const ListenerFacts& facts_;
    ControlConnection& control_;
    boost::asio::any_io_executor strand_;
    OwnedTasks tasks_;
    desk::Login login_;
    std::unique_ptr<desk::Desk> desk_;

    CommandReader reader_;
    std::optional<std::expected<Command, std::error_code>> waiting_;  // the next to serve
    Wakeup changed_;   // a command came, a transfer is over, or the session ends
    Wakeup consumed_;  // there is room for commands again
    std::string replies_;
    bool is_flushing_ = false;
    bool is_at_work_ = false;
    bool is_draining_ = false;
    std::error_code why_ended_;
    bool peer_is_gone_ = false;
    std::chrono::steady_clock::time_point last_command_ = std::chrono::steady_clock::now();
    std::uint64_t moved_bytes_ = 0;

    std::string user_;
    bool speaks_utf8_ = false;            // OPTS UTF8 ON
    bool has_protection_buffer_ = false;  // PBSZ came
    bool data_is_private_ = false;        // PROT P
    bool wants_tls_ = false;              // AUTH was accepted: TLS begins once its reply has left
    bool wants_clear_bytes_ = false;      // before TLS: the reader may take what has come

    VirtualPath folder_;
    FactSelection facts_selected_;
    const HashName* hash_ = default_hash();
    std::optional<VirtualPath> rename_from_;
    std::uint64_t restart_ = 0;
    std::optional<Range> range_;  // of RANG
    std::optional<std::uint64_t> announced_bytes_;
    bool extended_ports_only_ = false;  // EPSV ALL
    std::unique_ptr<DataPort> data_port_;
    std::chrono::steady_clock::time_point data_port_until_{};
    std::optional<Deadline> data_port_lapses_;
    std::optional<Transfer> transfer_;
    int aborts_ = 0;  // that wait for the transfer's end
    /// Arrived in full as far as anybody can tell, but without its end's proof: see end_deposit.
    std::shared_ptr<desk::Upload> unconfirmed_;
};

}  // namespace consign::ftps
