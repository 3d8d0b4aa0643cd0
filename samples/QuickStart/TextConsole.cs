using Spectre.Console;

namespace QuickStart;

/// <summary>Tables on a terminal or in a file.</summary>
public static class TextConsole
{
    private const int RedirectedWidth = 140;

    /// <summary>A console that colours only a real terminal, and breaks no lines of a file short of a fixed width.</summary>
    public static IAnsiConsole For(TextWriter output)
    {
        bool terminal = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = terminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = terminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!terminal)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }
}
