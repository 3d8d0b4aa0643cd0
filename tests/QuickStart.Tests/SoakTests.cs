using AttentionGen;
using Soak;
using Xunit;

namespace QuickStart.Tests;

/// <summary>The soak sample holds, and what it checks with can fail.</summary>
public sealed class SoakTests
{
    [Theory]
    [InlineData(1, 300)]
    [InlineData(2, 90)]
    [InlineData(3, 40)]
    [InlineData(4, 300, "--layer")]
    [InlineData(5, 60, "--layer")]
    public void Every_check_holds(int seed, int pages, params string[] more)
    {
        (int code, string text) = Run(["--steps", "150", "--seed", $"{seed}", "--pages", $"{pages}", .. more]);
        Assert.True(code == 0, text);
        Assert.Contains($"at the end {pages} of {pages} pages are free", text, StringComparison.Ordinal);
        Assert.DoesNotContain("fault", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run() => Assert.Equal(Run("--steps", "40", "--seed", "9"), Run("--steps", "40", "--seed", "9"));

    [Theory]
    [InlineData("--steps", "0")]
    [InlineData("--pages", "39")]
    public void Senseless_numbers_are_refused(string option, string value)
    {
        (int code, string text) = Run(option, value);
        Assert.NotEqual(0, code);
        Assert.Contains(option, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_page_that_holds_something_else_is_noticed(bool isLayer)
    {
        using Service service = isLayer ? new LayerService() : new KernelService();
        using var cache = new PagedKvCache(service.CacheShape, 20);
        var session = new Session(cache.Create(), 100);
        session.Waiting.AddRange(Enumerable.Range(7, 40));
        new Batch(service, [session]).Run(cache);

        // The cache remembers 40 tokens, of which one is not what was said.
        session.Said.AddRange([.. session.Waiting[..39], 12345]);
        session.Waiting.Clear();
        session.Waiting.Add(3);
        Batch next = new(service, [session]);
        next.Run(cache);
        Assert.True(next.Error(0) > 100 * Simulation.Tolerance);
        session.Said[39] = 46;
        Assert.True(next.Error(0) <= Simulation.Tolerance);
    }

    private static (int Code, string Text) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        int code = SoakCommand.Run(arguments, output, output);
        return (code, output.ToString());
    }
}
