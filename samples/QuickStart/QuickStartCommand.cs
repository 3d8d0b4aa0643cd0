using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace QuickStart;

/// <summary>The command line: text in, a table of attentions out, and a heatmap on request.</summary>
public static class QuickStartCommand
{
    /// <summary>Everything was computed and agrees with the oracle.</summary>
    public const int Success = 0;

    /// <summary>A kernel disagrees with the oracle.</summary>
    public const int Wrong = 1;

    /// <summary>The arguments or the files they name cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>Runs the sample; errors are one line on <paramref name="error"/>.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var path = new Argument<string?>("text") { Description = "A text file. Default: the largest XML API documentation file of the installed .NET SDK.", Arity = ArgumentArity.ZeroOrOne };
        var positions = new Option<int>("--positions") { Description = $"Bytes of text to attend over, 1 to {TextModel.MaxPositions}.", DefaultValueFactory = _ => 4096, CustomParser = WholeNumber, HelpName = "N" };
        var threads = new Option<int>("--threads") { Description = "Threads at most; 0 means one per processor.", DefaultValueFactory = _ => 0, CustomParser = WholeNumber, HelpName = "N" };
        var heatmap = new Option<string?>("--heatmap") { Description = "Draw one head's attention weights over a piece of the text as SVG.", HelpName = "FILE.svg" };
        var all = new Option<bool>("--all") { Description = "Run one small declaration of every attention type, encoding and modifier instead, and check each." };
        path.Validators.Add(RefuseUnknownOption);
        var root = new RootCommand("Declared attentions over real text: speed against the machine's limit, and agreement with a double-precision oracle.") { path, positions, threads, heatmap, all };
        root.SetAction(parsed =>
        {
            var settings = new Settings(parsed.GetValue(path), parsed.GetValue(positions), parsed.GetValue(threads), parsed.GetValue(heatmap), parsed.GetValue(all));
            return Run(settings, output, error);
        });

        ParseResult result = root.Parse(args);
        if (result.Errors.Count > 0)
        {
            error.WriteLine($"error: {result.Errors[0].Message} (see --help)");
            return BadInput;
        }

        return result.Invoke(new InvocationConfiguration { Output = output, Error = error });
    }

    private static int WholeNumber(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            result.AddError($"'{text}' is not a whole number in range.");
        }

        return number;
    }

    // The parser takes a misspelt option for the text's path.
    private static void RefuseUnknownOption(ArgumentResult result)
    {
        if (result.Tokens is [{ Value: ['-', ..] } token])
        {
            result.AddError($"'{token.Value}' is not an option.");
        }
    }

    private static int Run(Settings settings, TextWriter output, TextWriter error)
    {
        try
        {
            settings.Check();
            if (settings.All)
            {
                return Catalogue.CatalogueJob.Run(settings.ThreadCount, output, new Progress(error));
            }

            string path = settings.Path ?? TextSource.FindDocumentation();
            byte[] text = TextSource.Read(path, settings.Positions);
            return MainJob.Run(settings, path, text, output, new Progress(error));
        }
        catch (InputException exception)
        {
            error.WriteLine($"error: {exception.Message}");
            return BadInput;
        }
    }
}

/// <summary>What the user asked for.</summary>
/// <param name="Path">The text; null: the documentation.</param>
/// <param name="Positions">Bytes of it.</param>
/// <param name="Threads">Threads at most; 0: one per processor.</param>
/// <param name="Heatmap">Where to draw, or null.</param>
/// <param name="All">The catalogue, which needs no text.</param>
public sealed record Settings(string? Path, int Positions, int Threads, string? Heatmap, bool All)
{
    /// <summary>Threads that will be used.</summary>
    public int ThreadCount => Threads == 0 ? Environment.ProcessorCount : Math.Min(Threads, Environment.ProcessorCount);

    /// <summary>Refuses what cannot work, before any work is done.</summary>
    /// <exception cref="InputException">A number is out of range, or the heatmap cannot be written.</exception>
    public void Check()
    {
        if (Positions is < 1 or > TextModel.MaxPositions)
        {
            throw new InputException($"--positions is {Positions}, but must be 1 to {TextModel.MaxPositions}.");
        }

        if (Threads < 0)
        {
            throw new InputException($"--threads is {Threads}, but must not be negative.");
        }

        if (All && (Path ?? Heatmap) is not null)
        {
            throw new InputException("--all runs on inputs of its own: it takes no text and no --heatmap.");
        }

        if (Heatmap is null)
        {
            return;
        }

        try
        {
            using FileStream file = new(Heatmap, FileMode.OpenOrCreate, FileAccess.Write);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new InputException($"the heatmap '{Heatmap}' cannot be written: {exception.Message}");
        }
    }
}
