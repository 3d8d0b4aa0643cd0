using Xunit;

namespace QuickStart.Tests;

public sealed class BadInputTests
{
    [Theory]
    [InlineData("does-not-exist.txt", "does not exist")]
    [InlineData("--positions|0", "--positions is 0")]
    [InlineData("--positions|100000", "--positions is 100000")]
    [InlineData("--positions|many", "not a whole number")]
    [InlineData("--threads|-1", "--threads is -1")]
    [InlineData("--no-such-option", "'--no-such-option' is not an option")]
    [InlineData("one.txt|two.txt", "two.txt")]
    [InlineData("--all|some.txt", "takes no text")]
    [InlineData("--all|--heatmap|map.svg", "takes no text and no --heatmap")]
    [InlineData("--heatmap|no-such-folder/map.svg", "no-such-folder/map.svg")]
    public void Bad_arguments_end_with_one_line_and_exit_code_2(string arguments, string expected) =>
        Refuses(arguments.Split('|'), expected);

    [Fact]
    public void A_directory_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["texts"]);
        Refuses([folder["texts"]], "is a directory");
    }

    [Fact]
    public void An_empty_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Refuses([folder.Write("empty.txt", [])], "is empty");
    }

    [Fact]
    public void A_file_with_nothing_but_a_byte_order_mark_is_refused()
    {
        using var folder = new TemporaryFolder();
        Refuses([folder.Write("mark.txt", [0xEF, 0xBB, 0xBF])], "is empty");
    }

    [Fact]
    public void A_text_shorter_than_asked_is_refused_with_both_lengths()
    {
        using var folder = new TemporaryFolder();
        Refuses([folder.Write("short.txt", "short"u8), "--positions", "6"], "holds 5 bytes of text, but 6 positions");
    }

    private static void Refuses(string[] arguments, string expected)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int exitCode = QuickStartCommand.Run(arguments, output, error);
        Assert.Equal(2, exitCode);
        Assert.Equal(string.Empty, output.ToString());
        string line = Assert.Single(error.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("error: ", line);
        Assert.Contains(expected, line);
    }
}
