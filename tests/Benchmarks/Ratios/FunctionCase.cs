using AttentionGen.Benchmarks.Kernels;

namespace AttentionGen.Benchmarks.Ratios;

/// <summary>User functions against the built-in entries that they re-implement, and what a visible pair of a block mask costs.</summary>
public static class FunctionCase
{
    private const string Section = "user functions";
    private const int Length = 8192;
    private const int ScoreLength = 2048;
    private const double MostTimesBuiltIn = 1.05;
    private const double MostTimesDense = 1.6;

    /// <summary>Every comparison, each in turn with its counterpart on one thread.</summary>
    public static IEnumerable<Figure> Measure(RatioSettings settings)
    {
        if (!settings.Wants(Section, "Score Keep blocks"))
        {
            yield break;
        }

        KernelEntry alibi = new(nameof(Alibi64), 8, 64, KeyVisibility.Causal, Alibi64.Forward);
        KernelEntry userAlibi = new(nameof(UserAlibi64), 8, 64, KeyVisibility.Causal, UserAlibi64.Forward);
        KernelEntry userLocal = new(nameof(UserLocal64), 8, 64, KeyVisibility.CausalWindow(64), UserLocal64.Forward);
        yield return Compare(settings, "Score: alibi", new(alibi, ScoreLength), new(userAlibi, ScoreLength));
        yield return Compare(settings, "Keep: local causal", new(KernelList.Local64, Length), new(userLocal, Length));

        int[] documents = Documents(Length);
        BlockMask documentMask = BlockMask.FromDocuments(documents);
        BlockMask squares = UserSquares64.BuildBlockMask(Length, Length);
        KernelEntry[] masked =
        [
            new("documents", 8, 64, KeyVisibility.Where((i, j, _) => documents[i] == documents[j]), Masked(Standard64.Forward, documentMask)),
            new(nameof(UserSquares64), 8, 64, KeyVisibility.Where(static (i, j, _) => (i ^ j) < 512), Masked(UserSquares64.Forward, squares)),
        ];
        foreach (Figure figure in OfPairs(settings, masked))
        {
            yield return figure;
        }
    }

    private static Figure Compare(RatioSettings settings, string name, AttentionProblem builtIn, AttentionProblem user)
    {
        builtIn.RunHeadsFirst(1, SimdTier.Best);
        user.RunHeadsFirst(1, SimdTier.Best);
        float furthest = builtIn.Output.Zip(user.Output, static (left, right) => MathF.Abs(left - right)).Max();
        if (!(furthest <= 1e-5f))
        {
            throw new InvalidDataException(FormattableString.Invariant($"{name}: the user's function is off by {furthest} from the built-in one."));
        }

        Series[] series = Alternation.Measure(
            [new("built in", builtIn.VisibleFlops, () => builtIn.RunHeadsFirst(1, SimdTier.Best)), new("user's", user.VisibleFlops, () => user.RunHeadsFirst(1, SimdTier.Best))],
            settings.Rounds);
        return new(Section, $"{name} S={user.Length}", "time vs built in", FigureUnit.Ratio, series[0].Over(series[1]), new Target(MostTimesBuiltIn, AtMost: true));
    }

    private static IEnumerable<Figure> OfPairs(RatioSettings settings, KernelEntry[] kernels)
    {
        var dense = new AttentionProblem(KernelList.Standard64, Length);
        List<Contender> contenders = [new("dense", dense.VisibleFlops, () => dense.RunHeadsFirst(1, SimdTier.Best))];
        foreach (KernelEntry kernel in kernels)
        {
            var problem = new AttentionProblem(kernel, Length);
            problem.Verify(threads: 1, SimdTier.Best);
            contenders.Add(new($"blocks: {kernel.Name} S={Length}", problem.VisibleFlops, () => problem.RunHeadsFirst(1, SimdTier.Best)));
        }

        Series[] series = Alternation.Measure(contenders, settings.Rounds);
        foreach (Series item in series.Skip(1))
        {
            yield return new(Section, item.Contender.Name, "GFLOP/s", FigureUnit.GigaflopsPerSecond, item.Rate);
            yield return new(Section, item.Contender.Name, "time per pair vs dense", FigureUnit.Ratio, series[0].Over(item), new Target(MostTimesDense, AtMost: true));
        }
    }

    private static AttentionForward Masked(AttentionForward forward, BlockMask mask) =>
        (ReadOnlyTensorView query, ReadOnlyTensorView key, ReadOnlyTensorView value, TensorView output, in AttentionArguments arguments) =>
            forward(query, key, value, output, new AttentionArguments { MaxThreads = arguments.MaxThreads, Tier = arguments.Tier, Blocks = mask });

    // Documents of 200 to 1,000 tokens, one after another.
    private static int[] Documents(int length)
    {
        var random = new Random(1);
        int[] ids = new int[length];
        for (int start = 0, document = 0; start < length; document++)
        {
            int end = Math.Min(length, start + random.Next(200, 1000));
            ids.AsSpan(start, end - start).Fill(document);
            start = end;
        }

        return ids;
    }
}
