using AttentionGen.Conformance.Cases;
using AttentionGen.Conformance.Kernels;
using AttentionGen.Conformance.Scan;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>Scans refuse bad input with the argument's name and the expected and actual sizes, before anything is written; and what means nothing for a scan.</summary>
public class ScanBadInputTests
{
    private const int Batch = 2;
    private const int Length = 6;

    /// <summary>What is wrong, the argument to be named, and texts that the message must hold.</summary>
    public static TheoryData<string, string, string[]> Wrong => new()
    {
        { "delta of another length", "delta", ["[2, 1, 6, 64]", "[2, 1, 5, 64]"] },
        { "b of another width", "b", ["[2, 1, 6, 16]", "[2, 1, 6, 15]"] },
        { "c of another batch", "c", ["[2, 1, 6, 16]", "[1, 1, 6, 16]"] },
        { "z of another width", "z", ["[2, 1, 6, 64]", "[2, 1, 6, 63]"] },
        { "output of another width", "output", ["[2, 1, 6, 64]", "[2, 1, 6, 65]"] },
        { "a too short", "a", ["1024", "1023"] },
        { "a positive", "a", ["channel 3", "state 5"] },
        { "d too long", "d", ["64", "65"] },
        { "length past the sequence", "KeyLengths", ["0 to 6"] },
        { "lengths of other sequences", "KeyLengths", ["[2]", "[3]"] },
        { "packed in two batches", "batch", ["batch 1", "2"] },
        { "output over b", "output", ["overlaps b"] },
        { "output shifted over u", "output", ["overlaps u"] },
        { "state of other sequences", "state", ["2", "3"] },
        { "state of another class", "state", ["another class"] },
        { "state missing", "state", [] },
        { "negative threads", "MaxThreads", ["-1"] },
    };

    public static TheoryData<string> Meaningless => ["LogSumExp", "QueryPositions", "KeyPositions", "Keep", "Drop", "Bias", "Blocks", "RelativeKeys", "RelativeValues", "BucketBias", "SinkLogits", "QueryGain", "KeyGain", "LocalFeatures", "DropoutSeed", "CumulativeKeyLengths"];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Is_refused(string what, string argument, string[] words)
    {
        ScanHost host = ScanFactory.Host(0);
        ScanTrial good = ScanTrial.Draw(host.Declaration, TestSeed.For(what), Batch, Length);
        using RecurrentState state = what.Contains("another class", StringComparison.Ordinal) ? ScanFactory.Host(9).NewState(Batch) : host.NewState(what.Contains("other sequences", StringComparison.Ordinal) ? 3 : 2);
        ScanTrial trial = Break(good, what);
        trial.State = state;
        if (what == "state missing")
        {
            trial.State = null;
        }

        float[] before = [.. trial.Output.Data];
        ArgumentException refused = Assert.ThrowsAny<ArgumentException>(() => (what.StartsWith("state", StringComparison.Ordinal) ? host.Step : host.Strided)(trial));
        Assert.Equal(argument, refused.ParamName);
        Assert.All(words, word => Assert.Contains(word, refused.Message, StringComparison.Ordinal));
        Assert.True(Bits.Same(before, trial.Output.Data), "Something was written.");
    }

    [Theory]
    [MemberData(nameof(Meaningless))]
    public void What_means_nothing_for_a_scan_is_refused(string argument)
    {
        ScanHost host = ScanFactory.Host(0);
        ScanTrial trial = ScanTrial.Draw(host.Declaration, TestSeed.For(argument), Batch, Length);
        trial.Meaningless = argument;
        ArgumentException refused = Assert.Throws<ArgumentException>(() => host.Strided(trial));
        Assert.Equal(argument, refused.ParamName);
        using MambaHost layer = ScanFactory.Layer(0, 1);
        var output = new float[Batch * Length * host.Declaration.DModel];
        refused = Assert.Throws<ArgumentException>(() => layer.Forward(new float[output.Length], output, Batch, Length, trial.Arguments));
        Assert.Equal(argument, refused.ParamName);
    }

    private static ScanTrial Break(ScanTrial good, string what)
    {
        static TensorBuffer New(int batch, int length, int dim) => new(batch, 1, length, dim, Arrangement.HeadsFirst);
        float[] rates = [.. good.A];
        if (what == "a positive")
        {
            rates[(3 * 16) + 5] = 0.5f;
        }

        TensorBuffer u = good.U;
        return new ScanTrial
        {
            Declaration = good.Declaration,
            U = u,
            Delta = what.StartsWith("delta", StringComparison.Ordinal) ? New(Batch, Length - 1, 64) : good.Delta,
            A = what == "a too short" ? rates[1..] : rates,
            B = what switch
            {
                "b of another width" => New(Batch, Length, 15),
                "output over b" => new TensorBuffer(good.Output.Data, good.Output.Offset, good.B.Layout),
                _ => good.B,
            },
            C = what.StartsWith("c of", StringComparison.Ordinal) ? New(1, Length, 16) : good.C,
            D = what.StartsWith("d too", StringComparison.Ordinal) ? new float[65] : good.D,
            Z = what.StartsWith("z of", StringComparison.Ordinal) ? New(Batch, Length, 63) : good.Z,
            Output = what switch
            {
                "output of another width" => New(Batch, Length, 65),
                "output shifted over u" => new TensorBuffer(u.Data, u.Offset - 1, u.Layout),
                _ => good.Output,
            },
            Batch = Batch,
            Length = Length,
            KeyLengths = what switch { "length past the sequence" => [6, 7], "lengths of other sequences" => [1, 2, 3], _ => null },
            CumulativeLengths = what == "packed in two batches" ? [0, 6] : null,
            MaxThreads = what == "negative threads" ? -1 : 0,
        };
    }
}
