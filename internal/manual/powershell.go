package manual

import (
	"fmt"
	"strings"
)

// powershellScript has places for PROGRAM, the name of the program, COMMANDS, what its commands take, and HELPS, what they do.
const powershellScript = `# Completion of PROGRAM for PowerShell 5.1 and later.

Register-ArgumentCompleter -Native -CommandName 'PROGRAM' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # The flags of each command, with what their value is and their help, and its arguments. A value is PATH:WORDS, where PATH
    # is file, directory or empty; a flag without a value has an empty one. Of the last argument there may be many.
    $commands = @{
COMMANDS    }
    $helps = @{
HELPS    }

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
`

// powershell writes the script for PowerShell.
func (p program) powershell() string {
	var commands, helps strings.Builder
	for _, c := range p.all() {
		fmt.Fprintf(&commands, "        %s = @{\n            Flags = [ordered]@{\n", powershellText(c.name))
		for _, f := range c.flags {
			takes := ""
			if !f.single {
				takes = f.takes()
			}
			fmt.Fprintf(&commands, "                %s = %s, %s\n", powershellText(f.name), powershellText(takes), powershellText(f.help))
		}
		var args []string
		for _, arg := range c.args {
			args = append(args, powershellText(arg.takes()))
		}
		fmt.Fprintf(&commands, "            }\n            Arguments = @(%s)\n            Many = $%t\n        }\n", strings.Join(args, ", "), c.many())
	}
	for _, c := range p.commands {
		fmt.Fprintf(&helps, "        %s = %s\n", powershellText(c.name), powershellText(c.help))
	}
	return strings.NewReplacer("PROGRAM", p.name, "COMMANDS", commands.String(), "HELPS", helps.String()).Replace(powershellScript)
}

// powershellText puts a text between apostrophes.
func powershellText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }
