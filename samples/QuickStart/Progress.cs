namespace QuickStart;

/// <summary>One line on the terminal that says what is being done; silent when standard error is not a terminal.</summary>
public sealed class Progress(TextWriter error)
{
    private readonly bool visible = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
    private int lastLength;

    /// <summary>Replaces the line.</summary>
    public void Report(string what)
    {
        if (visible)
        {
            error.Write("\r" + what.PadRight(lastLength));
            lastLength = what.Length;
        }
    }

    /// <summary>Removes the line.</summary>
    public void Clear()
    {
        Report(string.Empty);
        if (visible)
        {
            error.Write('\r');
        }
    }
}
