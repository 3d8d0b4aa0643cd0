using System.CommandLine;
using System.Globalization;

namespace Soak;

/// <summary>The sample's command line.</summary>
public static class SoakCommand
{
    private const int UsualSteps = 400, UsualPages = 300, LeastPages = 40, OverfillEvery = 25;

    /// <summary>Runs with the given arguments; 0 when every check held.</summary>
    public static int Run(string[] args, TextWriter output, TextWriter error)
    {
        var steps = new Option<int>("--steps") { Description = "Calls to make.", DefaultValueFactory = _ => UsualSteps };
        var pages = new Option<int>("--pages") { Description = $"Pages of the cache, at least {LeastPages}.", DefaultValueFactory = _ => UsualPages };
        var seed = new Option<int>("--seed") { Description = "The same seed gives the same run." };
        var layer = new Option<bool>("--layer") { Description = "Serve from a whole layer, with its projections, instead of a kernel." };
        steps.Validators.Add(result => Require(result.GetValueOrDefault<int>() >= 1, "--steps needs a number of at least 1.", result.AddError));
        pages.Validators.Add(result => Require(result.GetValueOrDefault<int>() >= LeastPages, $"--pages needs a number of at least {LeastPages}.", result.AddError));
        var command = new RootCommand("Serves many sessions from one paged KV cache and checks what it computes.") { steps, pages, seed, layer };
        command.SetAction(result =>
        {
            using Service service = result.GetValue(layer) ? new LayerService() : new KernelService();
            return Serve(service, result.GetValue(steps), result.GetValue(pages), result.GetValue(seed), output);
        });
        return command.Parse(args).Invoke(new InvocationConfiguration { Output = output, Error = error });
    }

    private static void Require(bool holds, string otherwise, Action<string> report)
    {
        if (!holds)
        {
            report(otherwise);
        }
    }

    private static int Serve(Service service, int steps, int pages, int seed, TextWriter output)
    {
        using var simulation = new Simulation(service, pages, seed);
        for (int step = 1; step <= steps; step++)
        {
            simulation.Step();
            if (step % OverfillEvery == 0)
            {
                simulation.Overfill();
            }
        }

        simulation.Finish();
        Tally tally = simulation.Tally;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{steps} calls, {tally.Tokens} tokens: {tally.Arrivals} sessions came, {tally.Forks} forked, {tally.Ends} ended, {tally.Cancellations} were cancelled, {tally.Evictions} evicted; {tally.Waits} turns waited for pages"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tally.Rejections} drafts rejected, {tally.Overfills} calls without room refused"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{tally.Checks} outputs recomputed without a cache, largest difference {tally.Worst:E2} (allowed {Simulation.Tolerance:E0}); at the end {tally.FreePages} of {pages} pages are free"));
        foreach (string fault in tally.Faults)
        {
            output.WriteLine("fault: " + fault);
        }

        return tally.Faults.Count == 0 ? 0 : 1;
    }
}
