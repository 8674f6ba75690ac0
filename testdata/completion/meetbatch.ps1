# Completion of meetbatch for PowerShell 5.1 and later.

Register-ArgumentCompleter -Native -CommandName 'meetbatch' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The flags of each command, with what their value is and their help, and its arguments. A value is PATH:WORDS, where PATH
    # is file, directory or empty; a flag without a value has an empty one. Of the last argument there may be many.
    $commands = @{
        '' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
            }
            Arguments = @(':reclaim assign status export resume reconcile undo set show verify list failing sandbox completion man')
            Many = $false
        }
        'reclaim' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--out' = 'directory:', 'The run directory (runs/COMMAND-TIME).'
                '--continue' = '', 'With --out, for supervisors: begin the run, or go on with it, or say how it ended, whichever it is.'
                '--rate' = ':auto none', 'Requests per time at most, several with commas between (100/1m,20000/1d); auto follows the service; none.'
                '--workers' = ':', 'Requests in flight at most.'
                '--attempts' = ':', 'Tries per request for what may pass by itself.'
                '--timeout' = ':', 'Of one request.'
                '--chunk' = ':', 'Entries per request, 1 to 100.'
                '--max-failures' = ':', 'Stop when so many of the settled rows failed: a number, or a share (5%, 5pct, 0.05), which counts from 1000 settled rows on.'
                '--max-invalid' = ':', 'Refuse the run before sending when more rows than that are invalid: a number, or a share (5%, 5pct, 0.05).'
                '--expect-rows' = ':', 'Refuse the run before sending when the file has fewer or more rows.'
                '--limit' = ':', 'Only the first N rows.'
                '--shard' = ':', 'Only the rows of every N-th account: shard K of N, each a run of its own, as on several machines; the file is read and guarded as a whole.'
                '--skip-succeeded' = 'directory:last', 'Do not send again what succeeded in that run, or in a later one beside it; last is the newest that came to its end where this one is put; repeatable, in the environment with semicolons between.'
                '--only-changes' = '', 'Read the service first, and send only the rows that are not as wanted yet.'
                '--max-changes' = ':', 'With --only-changes: refuse the run when it would change more of the file''s rows than that.'
                '--strict' = '', 'With --only-changes: refuse the run when a row cannot be carried out as the service is.'
                '--column' = ':', 'Which column holds a field, by its header or as #1 by position; repeatable, in the environment with semicolons between.'
                '--any-id' = '', 'Accept room IDs of any shape.'
                '--header-line' = ':', 'Where the header row begins, when it cannot be found.'
                '--no-header' = '', 'The file has no header row: --column account=#1 says where a field stands.'
                '--accept' = ':encoding placeholder rounded shape spelling unfinished', 'Doubts about the file that are none: encoding, placeholder, rounded, shape, spelling, unfinished.'
                '--encoding' = ':auto utf-8 utf-16 gb18030 windows-1252 euc-kr big5 shift-jis', 'Of the file: auto, utf-8, utf-16, gb18030 (gbk), windows-1252 (latin1), euc-kr (cp949), big5 or shift-jis (sjis).'
                '--delimiter' = ':auto tab pipe', 'Between the file''s fields: auto, or one of , ; tab | (pipe).'
                '--account-type' = ':0 1', '0 Meeting account, 1 third-party user ID (by sign-in: 1 with an App ID, else 0).'
                '--region' = ':cn intl', 'Which service: cn or intl.'
                '--endpoint' = ':', 'Another address of the service; plain http only on this machine.'
                '--language' = ':en-US zh-CN', 'Of the service''s messages: en-US or zh-CN.'
                '--no-keep-input' = '', 'Do not keep the input in the run directory: it must stay as it is to resume and verify the run.'
                '--sandbox' = '', 'Run against a simulated service inside this process; nothing real is touched.'
                '--throttle' = ':', 'The simulated service takes so many requests in a window: 100/1m.'
                '--bad-entry' = ':reject partial ignore', 'What one bad entry does there to its request: reject refuses all (unless told otherwise), partial applies the others and reports it, ignore applies the others and says nothing.'
                '--repeat' = ':accept reject', 'What an entry is there that is as wanted already: accept carries it out again (unless told otherwise), reject takes it for a bad one.'
                '--directory' = 'file:', 'What exists there: a CSV with account, vmr_id, user_status, and what else is listed of them: third_account, name, user_type, admin_type, department, phone, email, vmr_mode, vmr_name, vmr_number, device. Without it, everything does but IDs that begin with missing.'
                '--latency' = ':', 'Before each of its answers: 20ms, or drawn from 10ms..50ms.'
                '--fault' = ':', 'What goes wrong there with a share of the requests, as in 503=2%; repeatable: 500, 429, 401; 502, 503, 504, of a gateway; reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers); html (200 with a page), redirect, web-404, of somebody else; 202 (acts), error-200 (200 with an error), envelope (the same as the older service had it); and for a share of the accounts, always, account-403 and account-404.'
                '--reading' = ':', 'How it is read, where the documents leave that open; repeatable: offset=rows or pages; page=N, the most rows of a page (100), and over=cut or refuse, what it does where more are asked for; order=stable or unstable; changes=SHARE of the pages, before which somebody else changes the list; delay=TIME, by which changes are read later; count=+N or -N, by which the count is wrong; administrator=hidden or shown in the list; terminals=SHARE of the rooms, which are bound to one; member=meeting or third, the account that stands with a room. Unless told otherwise it is the first of two, or none.'
                '--seed' = ':', 'Of what is drawn there by chance (1).'
                '--dry-run' = '', 'Read, check and plan everything, print the plan, send and write nothing.'
                '--until' = ':', 'Stop cleanly at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant.'
                '--yes' = '', 'Do not ask before sending.'
                '--metrics' = 'file:', 'Keep the run''s numbers in a file for Prometheus (node_exporter''s textfile).'
                '--ping' = ':', 'Tell URL/start, and in the end URL or URL/fail: exit code and numbers, no accounts.'
                '--budget' = 'file:', 'Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several.'
                '--profile' = 'file:', 'Settings and credentials from NAME.env, in the user''s configuration folder or /etc/meetbatch; a path where it has a / or ends in .env.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('file:')
            Many = $false
        }
        'assign' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--out' = 'directory:', 'The run directory (runs/COMMAND-TIME).'
                '--continue' = '', 'With --out, for supervisors: begin the run, or go on with it, or say how it ended, whichever it is.'
                '--rate' = ':auto none', 'Requests per time at most, several with commas between (100/1m,20000/1d); auto follows the service; none.'
                '--workers' = ':', 'Requests in flight at most.'
                '--attempts' = ':', 'Tries per request for what may pass by itself.'
                '--timeout' = ':', 'Of one request.'
                '--chunk' = ':', 'Entries per request, 1 to 100.'
                '--max-failures' = ':', 'Stop when so many of the settled rows failed: a number, or a share (5%, 5pct, 0.05), which counts from 1000 settled rows on.'
                '--max-invalid' = ':', 'Refuse the run before sending when more rows than that are invalid: a number, or a share (5%, 5pct, 0.05).'
                '--expect-rows' = ':', 'Refuse the run before sending when the file has fewer or more rows.'
                '--limit' = ':', 'Only the first N rows.'
                '--shard' = ':', 'Only the rows of every N-th account: shard K of N, each a run of its own, as on several machines; the file is read and guarded as a whole.'
                '--skip-succeeded' = 'directory:last', 'Do not send again what succeeded in that run, or in a later one beside it; last is the newest that came to its end where this one is put; repeatable, in the environment with semicolons between.'
                '--only-changes' = '', 'Read the service first, and send only the rows that are not as wanted yet.'
                '--max-changes' = ':', 'With --only-changes: refuse the run when it would change more of the file''s rows than that.'
                '--strict' = '', 'With --only-changes: refuse the run when a row cannot be carried out as the service is.'
                '--column' = ':', 'Which column holds a field, by its header or as #1 by position; repeatable, in the environment with semicolons between.'
                '--any-id' = '', 'Accept room IDs of any shape.'
                '--header-line' = ':', 'Where the header row begins, when it cannot be found.'
                '--no-header' = '', 'The file has no header row: --column account=#1 says where a field stands.'
                '--accept' = ':encoding placeholder rounded shape spelling unfinished', 'Doubts about the file that are none: encoding, placeholder, rounded, shape, spelling, unfinished.'
                '--encoding' = ':auto utf-8 utf-16 gb18030 windows-1252 euc-kr big5 shift-jis', 'Of the file: auto, utf-8, utf-16, gb18030 (gbk), windows-1252 (latin1), euc-kr (cp949), big5 or shift-jis (sjis).'
                '--delimiter' = ':auto tab pipe', 'Between the file''s fields: auto, or one of , ; tab | (pipe).'
                '--account-type' = ':0 1', '0 Meeting account, 1 third-party user ID (by sign-in: 1 with an App ID, else 0).'
                '--region' = ':cn intl', 'Which service: cn or intl.'
                '--endpoint' = ':', 'Another address of the service; plain http only on this machine.'
                '--language' = ':en-US zh-CN', 'Of the service''s messages: en-US or zh-CN.'
                '--no-keep-input' = '', 'Do not keep the input in the run directory: it must stay as it is to resume and verify the run.'
                '--sandbox' = '', 'Run against a simulated service inside this process; nothing real is touched.'
                '--throttle' = ':', 'The simulated service takes so many requests in a window: 100/1m.'
                '--bad-entry' = ':reject partial ignore', 'What one bad entry does there to its request: reject refuses all (unless told otherwise), partial applies the others and reports it, ignore applies the others and says nothing.'
                '--repeat' = ':accept reject', 'What an entry is there that is as wanted already: accept carries it out again (unless told otherwise), reject takes it for a bad one.'
                '--directory' = 'file:', 'What exists there: a CSV with account, vmr_id, user_status, and what else is listed of them: third_account, name, user_type, admin_type, department, phone, email, vmr_mode, vmr_name, vmr_number, device. Without it, everything does but IDs that begin with missing.'
                '--latency' = ':', 'Before each of its answers: 20ms, or drawn from 10ms..50ms.'
                '--fault' = ':', 'What goes wrong there with a share of the requests, as in 503=2%; repeatable: 500, 429, 401; 502, 503, 504, of a gateway; reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers); html (200 with a page), redirect, web-404, of somebody else; 202 (acts), error-200 (200 with an error), envelope (the same as the older service had it); and for a share of the accounts, always, account-403 and account-404.'
                '--reading' = ':', 'How it is read, where the documents leave that open; repeatable: offset=rows or pages; page=N, the most rows of a page (100), and over=cut or refuse, what it does where more are asked for; order=stable or unstable; changes=SHARE of the pages, before which somebody else changes the list; delay=TIME, by which changes are read later; count=+N or -N, by which the count is wrong; administrator=hidden or shown in the list; terminals=SHARE of the rooms, which are bound to one; member=meeting or third, the account that stands with a room. Unless told otherwise it is the first of two, or none.'
                '--seed' = ':', 'Of what is drawn there by chance (1).'
                '--dry-run' = '', 'Read, check and plan everything, print the plan, send and write nothing.'
                '--until' = ':', 'Stop cleanly at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant.'
                '--yes' = '', 'Do not ask before sending.'
                '--metrics' = 'file:', 'Keep the run''s numbers in a file for Prometheus (node_exporter''s textfile).'
                '--ping' = ':', 'Tell URL/start, and in the end URL or URL/fail: exit code and numbers, no accounts.'
                '--budget' = 'file:', 'Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several.'
                '--profile' = 'file:', 'Settings and credentials from NAME.env, in the user''s configuration folder or /etc/meetbatch; a path where it has a / or ends in .env.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('file:')
            Many = $false
        }
        'status' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--to' = ':normal disabled', 'The new status of every row: normal or disabled.'
                '--out' = 'directory:', 'The run directory (runs/COMMAND-TIME).'
                '--continue' = '', 'With --out, for supervisors: begin the run, or go on with it, or say how it ended, whichever it is.'
                '--rate' = ':auto none', 'Requests per time at most, several with commas between (100/1m,20000/1d); auto follows the service; none.'
                '--workers' = ':', 'Requests in flight at most.'
                '--attempts' = ':', 'Tries per request for what may pass by itself.'
                '--timeout' = ':', 'Of one request.'
                '--chunk' = ':', 'Entries per request, 1 to 100.'
                '--max-failures' = ':', 'Stop when so many of the settled rows failed: a number, or a share (5%, 5pct, 0.05), which counts from 1000 settled rows on.'
                '--max-invalid' = ':', 'Refuse the run before sending when more rows than that are invalid: a number, or a share (5%, 5pct, 0.05).'
                '--expect-rows' = ':', 'Refuse the run before sending when the file has fewer or more rows.'
                '--limit' = ':', 'Only the first N rows.'
                '--shard' = ':', 'Only the rows of every N-th account: shard K of N, each a run of its own, as on several machines; the file is read and guarded as a whole.'
                '--skip-succeeded' = 'directory:last', 'Do not send again what succeeded in that run, or in a later one beside it; last is the newest that came to its end where this one is put; repeatable, in the environment with semicolons between.'
                '--only-changes' = '', 'Read the service first, and send only the rows that are not as wanted yet.'
                '--max-changes' = ':', 'With --only-changes: refuse the run when it would change more of the file''s rows than that.'
                '--strict' = '', 'With --only-changes: refuse the run when a row cannot be carried out as the service is.'
                '--column' = ':', 'Which column holds a field, by its header or as #1 by position; repeatable, in the environment with semicolons between.'
                '--any-id' = '', 'Accept room IDs of any shape.'
                '--header-line' = ':', 'Where the header row begins, when it cannot be found.'
                '--no-header' = '', 'The file has no header row: --column account=#1 says where a field stands.'
                '--accept' = ':encoding placeholder rounded shape spelling unfinished', 'Doubts about the file that are none: encoding, placeholder, rounded, shape, spelling, unfinished.'
                '--encoding' = ':auto utf-8 utf-16 gb18030 windows-1252 euc-kr big5 shift-jis', 'Of the file: auto, utf-8, utf-16, gb18030 (gbk), windows-1252 (latin1), euc-kr (cp949), big5 or shift-jis (sjis).'
                '--delimiter' = ':auto tab pipe', 'Between the file''s fields: auto, or one of , ; tab | (pipe).'
                '--account-type' = ':0 1', '0 Meeting account, 1 third-party user ID (by sign-in: 1 with an App ID, else 0).'
                '--region' = ':cn intl', 'Which service: cn or intl.'
                '--endpoint' = ':', 'Another address of the service; plain http only on this machine.'
                '--language' = ':en-US zh-CN', 'Of the service''s messages: en-US or zh-CN.'
                '--no-keep-input' = '', 'Do not keep the input in the run directory: it must stay as it is to resume and verify the run.'
                '--sandbox' = '', 'Run against a simulated service inside this process; nothing real is touched.'
                '--throttle' = ':', 'The simulated service takes so many requests in a window: 100/1m.'
                '--bad-entry' = ':reject partial ignore', 'What one bad entry does there to its request: reject refuses all (unless told otherwise), partial applies the others and reports it, ignore applies the others and says nothing.'
                '--repeat' = ':accept reject', 'What an entry is there that is as wanted already: accept carries it out again (unless told otherwise), reject takes it for a bad one.'
                '--directory' = 'file:', 'What exists there: a CSV with account, vmr_id, user_status, and what else is listed of them: third_account, name, user_type, admin_type, department, phone, email, vmr_mode, vmr_name, vmr_number, device. Without it, everything does but IDs that begin with missing.'
                '--latency' = ':', 'Before each of its answers: 20ms, or drawn from 10ms..50ms.'
                '--fault' = ':', 'What goes wrong there with a share of the requests, as in 503=2%; repeatable: 500, 429, 401; 502, 503, 504, of a gateway; reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers); html (200 with a page), redirect, web-404, of somebody else; 202 (acts), error-200 (200 with an error), envelope (the same as the older service had it); and for a share of the accounts, always, account-403 and account-404.'
                '--reading' = ':', 'How it is read, where the documents leave that open; repeatable: offset=rows or pages; page=N, the most rows of a page (100), and over=cut or refuse, what it does where more are asked for; order=stable or unstable; changes=SHARE of the pages, before which somebody else changes the list; delay=TIME, by which changes are read later; count=+N or -N, by which the count is wrong; administrator=hidden or shown in the list; terminals=SHARE of the rooms, which are bound to one; member=meeting or third, the account that stands with a room. Unless told otherwise it is the first of two, or none.'
                '--seed' = ':', 'Of what is drawn there by chance (1).'
                '--dry-run' = '', 'Read, check and plan everything, print the plan, send and write nothing.'
                '--until' = ':', 'Stop cleanly at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant.'
                '--yes' = '', 'Do not ask before sending.'
                '--metrics' = 'file:', 'Keep the run''s numbers in a file for Prometheus (node_exporter''s textfile).'
                '--ping' = ':', 'Tell URL/start, and in the end URL or URL/fail: exit code and numbers, no accounts.'
                '--budget' = 'file:', 'Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several.'
                '--profile' = 'file:', 'Settings and credentials from NAME.env, in the user''s configuration folder or /etc/meetbatch; a path where it has a / or ends in .env.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('file:')
            Many = $false
        }
        'export' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--out' = 'file:', 'The CSV (rooms.csv, users.csv); - is standard output. It is written when all was read.'
                '--status' = ':normal disabled unallocated', 'Only those that are normal or disabled, or of rooms unallocated.'
                '--search' = ':', 'Only those that the service finds: by name, number or account.'
                '--department' = ':', 'Only the users of a department and those below it, by its code.'
                '--with' = ':phone email free', 'What is left out otherwise: phone, email; free, the rooms that are allocated to no user.'
                '--page-size' = ':', 'Rows a request asks for, 1 to 1000; the service may grant fewer.'
                '--no-mark' = '', 'No byte order mark: for programs that take it for a part of the header. Spreadsheets need it.'
                '--rate' = ':auto none', 'Requests per time at most, several with commas between (100/1m,20000/1d); auto follows the service; none.'
                '--workers' = ':', 'Requests in flight at most.'
                '--attempts' = ':', 'Tries per request for what may pass by itself.'
                '--timeout' = ':', 'Of one request.'
                '--account-type' = ':0 1', '0 Meeting account, 1 third-party user ID (by sign-in: 1 with an App ID, else 0).'
                '--region' = ':cn intl', 'Which service: cn or intl.'
                '--endpoint' = ':', 'Another address of the service; plain http only on this machine.'
                '--language' = ':en-US zh-CN', 'Of the service''s messages: en-US or zh-CN.'
                '--sandbox' = '', 'Run against a simulated service inside this process; nothing real is touched.'
                '--throttle' = ':', 'The simulated service takes so many requests in a window: 100/1m.'
                '--bad-entry' = ':reject partial ignore', 'What one bad entry does there to its request: reject refuses all (unless told otherwise), partial applies the others and reports it, ignore applies the others and says nothing.'
                '--repeat' = ':accept reject', 'What an entry is there that is as wanted already: accept carries it out again (unless told otherwise), reject takes it for a bad one.'
                '--directory' = 'file:', 'What exists there: a CSV with account, vmr_id, user_status, and what else is listed of them: third_account, name, user_type, admin_type, department, phone, email, vmr_mode, vmr_name, vmr_number, device. Without it, everything does but IDs that begin with missing.'
                '--latency' = ':', 'Before each of its answers: 20ms, or drawn from 10ms..50ms.'
                '--fault' = ':', 'What goes wrong there with a share of the requests, as in 503=2%; repeatable: 500, 429, 401; 502, 503, 504, of a gateway; reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers); html (200 with a page), redirect, web-404, of somebody else; 202 (acts), error-200 (200 with an error), envelope (the same as the older service had it); and for a share of the accounts, always, account-403 and account-404.'
                '--reading' = ':', 'How it is read, where the documents leave that open; repeatable: offset=rows or pages; page=N, the most rows of a page (100), and over=cut or refuse, what it does where more are asked for; order=stable or unstable; changes=SHARE of the pages, before which somebody else changes the list; delay=TIME, by which changes are read later; count=+N or -N, by which the count is wrong; administrator=hidden or shown in the list; terminals=SHARE of the rooms, which are bound to one; member=meeting or third, the account that stands with a room. Unless told otherwise it is the first of two, or none.'
                '--seed' = ':', 'Of what is drawn there by chance (1).'
                '--until' = ':', 'Stop at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant.'
                '--yes' = '', 'Do not ask.'
                '--budget' = 'file:', 'Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several.'
                '--profile' = 'file:', 'Settings and credentials from NAME.env, in the user''s configuration folder or /etc/meetbatch; a path where it has a / or ends in .env.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @(':rooms users')
            Many = $false
        }
        'resume' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--rate' = ':auto none', 'Requests per time at most, auto or none; as in the run so far, where it is not given. The next four likewise.'
                '--workers' = ':', 'Requests in flight at most.'
                '--attempts' = ':', 'Tries per request for what may pass by itself.'
                '--timeout' = ':', 'Of one request.'
                '--max-failures' = ':', 'Stop when so many of the rows settled from now on failed.'
                '--sandbox' = '', 'Confirm that the run is one against the simulated service.'
                '--until' = ':', 'Stop cleanly at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant.'
                '--yes' = '', 'Do not ask before sending.'
                '--metrics' = 'file:', 'Keep the run''s numbers in a file for Prometheus (node_exporter''s textfile).'
                '--ping' = ':', 'Tell URL/start, and in the end URL or URL/fail: exit code and numbers, no accounts.'
                '--budget' = 'file:', 'Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several.'
                '--profile' = 'file:', 'Settings and credentials from NAME.env, in the user''s configuration folder or /etc/meetbatch; a path where it has a / or ends in .env.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:last')
            Many = $false
        }
        'reconcile' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--wait' = ':', 'How long after the first reading what is not as wanted is read once more (10s): a change may be read late.'
                '--rate' = ':auto none', 'Requests per time at most, auto or none; as in the run, where it is not given. The next three likewise.'
                '--workers' = ':', 'Requests in flight at most.'
                '--attempts' = ':', 'Tries per request for what may pass by itself.'
                '--timeout' = ':', 'Of one request.'
                '--language' = ':en-US zh-CN', 'Of the service''s messages: en-US or zh-CN.'
                '--until' = ':', 'Stop at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant.'
                '--yes' = '', 'Do not ask.'
                '--budget' = 'file:', 'Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several.'
                '--profile' = 'file:', 'Settings and credentials from NAME.env, in the user''s configuration folder or /etc/meetbatch; a path where it has a / or ends in .env.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:last')
            Many = $false
        }
        'undo' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--out' = 'directory:', 'The directory of the run that takes it back (runs/undo-TIME).'
                '--dry-run' = '', 'Read the service, plan everything, print the plan, change and write nothing.'
                '--wait' = ':', 'How long after the end of the run the service is read at the earliest (10s): a change may be read late.'
                '--without-before' = '', 'Take for granted that the run changed all that it carried out, where nobody looked before (see --only-changes): accounts that were disabled long ago are enabled then.'
                '--rate' = ':auto none', 'Requests per time at most, auto or none; as in the run, where it is not given. The next three likewise.'
                '--workers' = ':', 'Requests in flight at most.'
                '--attempts' = ':', 'Tries per request for what may pass by itself.'
                '--timeout' = ':', 'Of one request.'
                '--language' = ':en-US zh-CN', 'Of the service''s messages: en-US or zh-CN.'
                '--until' = ':', 'Stop at a time of day (06:00), after a duration from the start (8h), or at an RFC 3339 instant.'
                '--yes' = '', 'Do not ask.'
                '--budget' = 'file:', 'Share the rate with other processes: by a file, with those of this machine; by redis://HOST/KEY, with those of several.'
                '--profile' = 'file:', 'Settings and credentials from NAME.env, in the user''s configuration folder or /etc/meetbatch; a path where it has a / or ends in .env.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:last')
            Many = $false
        }
        'set' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--rate' = ':auto none', 'Requests per time at most (100/1m, 10/1s, several with commas between), auto or none.'
                '--workers' = ':', 'Requests in flight at most.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:last')
            Many = $false
        }
        'show' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--json' = '', 'As a document of JSON: run.json, and what follows from it; of several runs each in a line.'
                '--follow' = '', 'Show it again and again until the run is over: on a terminal in place, else every 30 seconds.'
                '--html' = 'file:', 'Put a page of the run into a file, as report.html is.'
                '--no-rows' = '', 'With --html: leave accounts and rooms out of the page.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:last')
            Many = $true
        }
        'verify' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:last')
            Many = $true
        }
        'list' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--json' = '', 'A line of JSON for each.'
                '--older-than' = ':', 'Only what ended longer ago than that: 90d, 12w, 36h.'
                '--last' = ':', 'Only the newest N.'
                '--remove' = '', 'Remove the runs among them that are finished and that nothing needs any more, after asking.'
                '--yes' = '', 'Do not ask before removing.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:')
            Many = $false
        }
        'failing' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--times' = ':', 'Only rows that did not succeed in any of their last N runs (1).'
                '--command' = ':reclaim assign status', 'Of which command''s runs, where the folder has those of several.'
                '--code' = ':', 'Only rows whose last error has this code.'
                '--log-format' = ':text json', 'Form of the messages on standard error: text or json.'
                '--quiet' = '', 'Show only what went wrong.'
                '--verbose' = '', 'Show every request.'
            }
            Arguments = @('directory:')
            Many = $false
        }
        'sandbox' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
                '--addr' = ':', 'Where to listen, on this machine only; port 0 takes a free one.'
                '--token' = ':', 'An access token that is accepted without signing in.'
                '--app-id' = ':', 'The application that can sign in.'
                '--app-key' = ':', 'Its key.'
                '--corp-id' = ':', 'An enterprise that it has to name, as one does that serves several.'
                '--account' = ':', 'The account that can sign in; five wrong passwords lock it.'
                '--password' = ':', 'Its password.'
                '--admin-type' = ':0 1 2', 'Of who signs in: 0 or 1 administrator, 2 none.'
                '--token-life' = ':', 'For how long a token holds.'
                '--refresh-life' = ':', 'For how long a refresh token holds.'
                '--clock' = ':', 'By how much the service''s clock is ahead of this machine''s.'
                '--throttle' = ':', 'The simulated service takes so many requests in a window: 100/1m.'
                '--bad-entry' = ':reject partial ignore', 'What one bad entry does there to its request: reject refuses all (unless told otherwise), partial applies the others and reports it, ignore applies the others and says nothing.'
                '--repeat' = ':accept reject', 'What an entry is there that is as wanted already: accept carries it out again (unless told otherwise), reject takes it for a bad one.'
                '--directory' = 'file:', 'What exists there: a CSV with account, vmr_id, user_status, and what else is listed of them: third_account, name, user_type, admin_type, department, phone, email, vmr_mode, vmr_name, vmr_number, device. Without it, everything does but IDs that begin with missing.'
                '--latency' = ':', 'Before each of its answers: 20ms, or drawn from 10ms..50ms.'
                '--fault' = ':', 'What goes wrong there with a share of the requests, as in 503=2%; repeatable: 500, 429, 401; 502, 503, 504, of a gateway; reset (cut before acting), cut (acts, then cut in mid-answer), hang (acts, never answers); html (200 with a page), redirect, web-404, of somebody else; 202 (acts), error-200 (200 with an error), envelope (the same as the older service had it); and for a share of the accounts, always, account-403 and account-404.'
                '--reading' = ':', 'How it is read, where the documents leave that open; repeatable: offset=rows or pages; page=N, the most rows of a page (100), and over=cut or refuse, what it does where more are asked for; order=stable or unstable; changes=SHARE of the pages, before which somebody else changes the list; delay=TIME, by which changes are read later; count=+N or -N, by which the count is wrong; administrator=hidden or shown in the list; terminals=SHARE of the rooms, which are bound to one; member=meeting or third, the account that stands with a room. Unless told otherwise it is the first of two, or none.'
                '--seed' = ':', 'Of what is drawn there by chance (1).'
                '--silent-throttle' = '', 'Say nothing of the throttle in headers and messages.'
                '--no-doubles' = '', 'Refuse a request that names an entry twice.'
                '--log' = 'file:', 'Append a line of JSON per request: what was asked for and what was applied.'
            }
            Arguments = @()
            Many = $false
        }
        'completion' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
            }
            Arguments = @(':bash zsh fish powershell')
            Many = $false
        }
        'man' = @{
            Flags = [ordered]@{
                '--help' = '', 'Show context-sensitive help.'
                '--version' = '', 'Show the version.'
            }
            Arguments = @()
            Many = $false
        }
    }
    $helps = @{
        'reclaim' = 'Take cloud meeting rooms back from the accounts that hold them.'
        'assign' = 'Give free cloud meeting rooms to accounts.'
        'status' = 'Set accounts to normal or disabled.'
        'export' = 'Read the rooms or the users of the service into a CSV that reclaim, assign and status take.'
        'resume' = 'Go on with a run that did not finish.'
        'reconcile' = 'Settle what is unknown of a run by reading the service.'
        'undo' = 'Take back what a run carried out, with a new run.'
        'set' = 'Change the rate or the workers of a run under way.'
        'show' = 'Show how far a run is, or how it ended; also while it is under way.'
        'verify' = 'Prove that every row of a run''s input has exactly one result.'
        'list' = 'List the runs of a folder, and what was refused there.'
        'failing' = 'List the rows that did not succeed in their last runs, as a CSV.'
        'sandbox' = 'Serve a simulated service, to try things out.'
        'completion' = 'Print a script that completes this command line in a shell.'
        'man' = 'Print the manual page.'
    }

    $table = $commands['']
    $command = ''
    $value = ''
    $given = 0
    $ended = $false
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition) {
            break
        }
        $word = $element.Extent.Text
        if ($value) {
            $value = ''
        } elseif (-not $ended -and $word -ceq '--') {
            $ended = $true
        } elseif (-not $ended -and $word -clike '-?*') {
            if ($table.Flags.Contains($word)) {
                $value = $table.Flags[$word][0]
            }
        } elseif (-not $command) {
            $command = $word
            if (-not $commands.ContainsKey($command)) {
                ''
                return
            }
            $table = $commands[$command]
        } else {
            $given++
        }
    }

    $typed = $wordToComplete
    $before = ''
    if ($value) {
        # It is that of the flag before.
    } elseif (-not $ended -and $typed -clike '--*=*') {
        $flag, $typed = $typed -split '=', 2
        $before = $flag + '='
        if ($table.Flags.Contains($flag)) {
            $value = $table.Flags[$flag][0]
        }
    } elseif (-not $ended -and $typed -clike '-*') {
        $found = @(foreach ($flag in $table.Flags.Keys) {
            if ($flag.StartsWith($typed, [System.StringComparison]::Ordinal)) {
                [System.Management.Automation.CompletionResult]::new($flag, $flag, 'ParameterName', $table.Flags[$flag][1])
            }
        })
        if ($found.Count -eq 0) { '' } else { $found }
        return
    } elseif ($given -lt $table.Arguments.Count) {
        $value = $table.Arguments[$given]
    } elseif ($table.Many) {
        $value = $table.Arguments[-1]
    }

    $path, $words = $value -split ':', 2
    $found = @(
        foreach ($word in ($words -split ' ')) {
            if ($word -and $word.StartsWith($typed, [System.StringComparison]::Ordinal)) {
                $help = $word
                if (-not $command -and $helps.ContainsKey($word)) {
                    $help = $helps[$word]
                }
                [System.Management.Automation.CompletionResult]::new($before + $word, $word, 'ParameterValue', $help)
            }
        }
        if ($path) {
            foreach ($file in [System.Management.Automation.CompletionCompleters]::CompleteFilename($typed)) {
                if ($path -ceq 'file' -or $file.ResultType -eq 'ProviderContainer') {
                    [System.Management.Automation.CompletionResult]::new($before + $file.CompletionText, $file.ListItemText, $file.ResultType, $file.ToolTip)
                }
            }
        }
    )
    # Where nothing is said at all, PowerShell completes the names of files.
    if ($found.Count -eq 0) { '' } else { $found }
}
