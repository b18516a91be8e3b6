// The table of commands: what is not in it has no way to the data.
#include <array>

#include "protocols/ftps/ftp_session.hpp"

namespace consign::ftps {

std::span<const FtpSession::Verb> FtpSession::verbs() {
    using enum Needs;
    static constexpr bool meanwhile = true, alone = false, prepares = true, trims = true;
    static constexpr std::array table{
        // RFC 2228, 4217: privacy
        Verb{"AUTH", &FtpSession::auth, nothing},
        Verb{"PBSZ", &FtpSession::pbsz, tls, alone, !prepares, trims},
        Verb{"PROT", &FtpSession::prot, tls, alone, !prepares, trims},
        Verb{"CCC", &FtpSession::ccc, tls},
        // RFC 959, 7151: login
        Verb{"HOST", &FtpSession::host, nothing},
        Verb{"USER", &FtpSession::user, tls},
        Verb{"PASS", &FtpSession::pass, tls},
        Verb{"ACCT", &FtpSession::acct, tls},
        Verb{"QUIT", &FtpSession::quit, nothing},
        // RFC 959, 2389: the session
        Verb{"FEAT", &FtpSession::feat, nothing},
        Verb{"HELP", &FtpSession::help, nothing, meanwhile},
        Verb{"NOOP", &FtpSession::noop, nothing, meanwhile},
        Verb{"SYST", &FtpSession::syst, nothing},
        Verb{"CLNT", &FtpSession::clnt, nothing, alone, prepares},
        Verb{"OPTS", &FtpSession::opts, nothing, alone, prepares, trims},
        Verb{"TYPE", &FtpSession::type, login, alone, prepares, trims},
        Verb{"MODE", &FtpSession::mode, login, alone, prepares, trims},
        Verb{"STRU", &FtpSession::stru, login, alone, prepares, trims},
        Verb{"SITE", &FtpSession::site, login},
        // RFC 959, 2428: where data goes
        Verb{"PASV", &FtpSession::pasv, login, alone, prepares},
        Verb{"EPSV", &FtpSession::epsv, login, alone, prepares},
        Verb{"PORT", &FtpSession::port, login, alone, prepares},
        Verb{"EPRT", &FtpSession::eprt, login, alone, prepares},
        // RFC 959, 3659: transfers
        Verb{"ALLO", &FtpSession::allo, login, alone, prepares, trims},
        Verb{"REST", &FtpSession::rest, login, alone, prepares, trims},
        Verb{"RANG", &FtpSession::rang, login, alone, prepares, trims},
        Verb{"RETR", &FtpSession::retr, login},
        Verb{"STOR", &FtpSession::stor, login},
        Verb{"STOU", &FtpSession::stou, login},
        Verb{"APPE", &FtpSession::appe, login},
        Verb{"ABOR", &FtpSession::abor, login, meanwhile},
        // RFC 959, 3659: listings
        Verb{"LIST", &FtpSession::list, login},
        Verb{"NLST", &FtpSession::nlst, login},
        Verb{"MLSD", &FtpSession::mlsd, login},
        Verb{"MLST", &FtpSession::mlst, login},
        Verb{"STAT", &FtpSession::stat, login, meanwhile},
        // RFC 959, 3659, draft-somers-ftp-mfxx: names and their facts
        Verb{"PWD", &FtpSession::pwd, login},
        Verb{"XPWD", &FtpSession::pwd, login},
        Verb{"CWD", &FtpSession::cwd, login},
        Verb{"XCWD", &FtpSession::cwd, login},
        Verb{"CDUP", &FtpSession::cdup, login},
        Verb{"XCUP", &FtpSession::cdup, login},
        Verb{"MKD", &FtpSession::mkd, login},
        Verb{"XMKD", &FtpSession::mkd, login},
        Verb{"RMD", &FtpSession::rmd, login},
        Verb{"XRMD", &FtpSession::rmd, login},
        Verb{"DELE", &FtpSession::dele, login},
        Verb{"RNFR", &FtpSession::rnfr, login},
        Verb{"RNTO", &FtpSession::rnto, login},
        Verb{"SIZE", &FtpSession::size, login},
        Verb{"MDTM", &FtpSession::mdtm, login},
        Verb{"MFMT", &FtpSession::mfmt, login},
        Verb{"MFF", &FtpSession::mff, login},
        // draft-bryan-ftpext-hash, and its elders
        Verb{"HASH", &FtpSession::hash, login},
        Verb{"XCRC", &FtpSession::xcrc, login},
        Verb{"XMD5", &FtpSession::xmd5, login},
        Verb{"XSHA1", &FtpSession::xsha1, login},
        Verb{"XSHA256", &FtpSession::xsha256, login},
        Verb{"XSHA512", &FtpSession::xsha512, login},
        // Known, and not to be had here
        Verb{"REIN", &FtpSession::refuse, nothing},
        Verb{"SMNT", &FtpSession::refuse, nothing},
        Verb{"ADAT", &FtpSession::refuse, nothing},
        Verb{"MIC", &FtpSession::refuse, nothing},
        Verb{"CONF", &FtpSession::refuse, nothing},
        Verb{"ENC", &FtpSession::refuse, nothing},
        Verb{"LANG", &FtpSession::refuse, nothing},
    };
    return table;
}

}  // namespace consign::ftps
