using AttentionGen.Reference;
using Xunit;

namespace AttentionGen.Conformance;

/// <summary>The oracle against examples small enough to work out by hand.</summary>
public class OracleTests
{
    [Fact]
    public void Softmax_of_logs_gives_their_ratios()
    {
        double[] scores = [Math.Log(1), Math.Log(2), Math.Log(5)];
        double logSumExp = Softmax.InPlace(scores);
        Assert.Equal([0.125, 0.25, 0.625], scores, (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(Math.Log(8), logSumExp, 14);
    }

    [Fact]
    public void Softmax_survives_scores_that_overflow_the_exponential()
    {
        double[] scores = [2000, 2000, -2000];
        Assert.Equal(2000 + Math.Log(2), Softmax.InPlace(scores), 11);
        Assert.Equal([0.5, 0.5, 0], scores);
    }

    [Fact]
    public void Standard_attention_of_two_keys()
    {
        // Scale 1; scores 0 and ln 3, so weights 1/4 and 3/4 of the values 8 and 16.
        ReferenceResult result = ReferenceAttention.Forward(Problem([1], [0, Math.Log(3)], [8, 16]));
        Assert.Equal(14, result.Output[0], 12);
        Assert.Equal(Math.Log(4), result.LogSumExp[0], 12);
        Assert.Equal(2, result.VisiblePairs);
    }

    [Fact]
    public void Temperature_and_head_dim_divide_the_scores()
    {
        // q.k = 4 ln 3 over sqrt(4) * 2: the same weights as above.
        var problem = new ReferenceProblem
        {
            Sizes = new AttentionSizes(1, 1, 1, 1, 2, 4, 1),
            Query = [1, 1, 1, 1],
            Key = [0, 0, 0, 0, Math.Log(3), Math.Log(3), Math.Log(3), Math.Log(3)],
            Value = [8, 16],
            Temperature = 2,
        };
        Assert.Equal(14, ReferenceAttention.Forward(problem).Output[0], 12);
    }

    [Theory]
    [InlineData("standard", "", false, 0, "111111 111111 111111")]
    [InlineData("causal", "", false, 0, "100000 110000 111000")]
    [InlineData("causal", "", true, 3, "111100 111110 111111")]
    [InlineData("local", "Window=2", false, 0, "110000 111000 011100")]
    [InlineData("local", "Window=3", false, 0, "110000 111000 011100")]
    [InlineData("local", "Window=2", true, 3, "001110 000111 000011")]
    [InlineData("local", "WindowLeft=1", false, 0, "100000 110000 011000")]
    [InlineData("local", "WindowRight=2", false, 0, "111000 011100 001110")]
    [InlineData("local", "WindowLeft=1;WindowRight=1;Sinks=2", true, 3, "111110 110111 110011")]
    [InlineData("local", "WindowLeft=1;Sinks=2;Causal=1", false, 0, "100000 110000 111000")]
    [InlineData("strided", "Stride=3;Local=0", false, 0, "100100 110100 101100")]
    [InlineData("strided", "Stride=4;Local=1", true, 3, "101110 100111 100011")]
    [InlineData("kvstrided", "Stride=2", false, 0, "101010 101010 101010")]
    [InlineData("block", "BlockSize=2", false, 0, "110000 110000 001100")]
    [InlineData("block", "BlockSize=2;Neighbours=1;Causal=1", true, 3, "111100 001110 001111")]
    [InlineData("localglobal", "Window=2;GlobalTokens=1", false, 0, "111111 111000 111100")]
    [InlineData("landmark", "Landmarks=3", false, 0, "101001 101001 101001")]
    public void Visible_keys_of_three_queries_over_six_keys(string type, string parameters, bool bottomRight, int offset, string expected)
    {
        Parameters written = parameters.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(item => item.Split('='))
            .Aggregate(Parameters.None, (all, item) => all.With(item[0], int.Parse(item[1])));
        var problem = new ReferenceProblem
        {
            Sizes = new AttentionSizes(1, 1, 1, 3, 6, 1, 1),
            Query = new double[3],
            Key = new double[6],
            Value = new double[6],
            Type = type,
            Parameters = written,
            Causal = written.Has("Causal"),
            AlignBottomRight = bottomRight,
        };
        Assert.Equal(offset, problem.AlignmentOffset);
        ReferenceSoftmax softmax = Assert.Single(ReferenceTypes.Softmaxes(type, written));
        string seen = string.Join(' ', Enumerable.Range(0, 3).Select(i => string.Concat(Enumerable.Range(0, 6).Select(j => Visibility.Sees(problem, softmax, 0, 0, i, j) ? '1' : '0'))));
        Assert.Equal(expected, seen);
        Assert.Equal(expected.Count(c => c == '1'), ReferenceAttention.Forward(problem).VisiblePairs);
        Assert.Equal(expected.Count(c => c == '1'), ReferenceAttention.VisiblePairs(problem));
    }

    [Fact]
    public void Key_lengths_and_masks_hide_keys()
    {
        ReferenceProblem plain = Problem([1], [0, 0, 0, 0], [1, 2, 4, 8]);
        double With(int[]? lengths, Broadcast<bool>? keep, Broadcast<bool>? drop) => ReferenceAttention.Forward(new ReferenceProblem
        {
            Sizes = plain.Sizes,
            Query = plain.Query,
            Key = plain.Key,
            Value = plain.Value,
            KeyLengths = lengths,
            Keep = keep,
            Drop = drop,
        }).Output[0];
        Assert.Equal(1.5, With([2], null, null), 14);
        Assert.Equal(0, With([0], null, null));
        Assert.Equal(6, With(null, new Broadcast<bool>([false, false, true, true], 1, 1, 1, 4), null), 14);
        Assert.Equal(1.5, With(null, null, new Broadcast<bool>([false, false, true, true], 1, 1, 1, 4)), 14);
    }

    [Fact]
    public void Row_without_visible_keys_is_zeros_and_negative_infinity()
    {
        ReferenceRow row = new ReferenceAttention(Problem([1], [], [])).Row(0, 0, 0);
        Assert.Equal([0.0], row.Output);
        Assert.Equal(double.NegativeInfinity, row.LogSumExp);
        Assert.Equal(0, row.OutputTolerance);
    }

    [Fact]
    public void Rotary_turns_a_pair_by_its_angle()
    {
        double[] half = [1, 10, 0, 0];
        Rotary.Turn(Parameters.None.With("Base", 100), half, [3], 4);
        // Two pairs: angles 3 and 3 / sqrt(100); pair i is features i and i + 2.
        Assert.Equal([Math.Cos(3), 10 * Math.Cos(0.3), Math.Sin(3), 10 * Math.Sin(0.3)], half, (a, b) => Math.Abs(a - b) < 1e-14);
        double[] interleaved = [1, 0, 10, 0, 7];
        Rotary.Turn(Parameters.None.With("Base", 100).With("Layout", 1).With("RotaryDim", 4), interleaved, [3], 4);
        Assert.Equal([Math.Cos(3), Math.Sin(3), 10 * Math.Cos(0.3), 10 * Math.Sin(0.3), 7], interleaved, (a, b) => Math.Abs(a - b) < 1e-14);
    }

    [Fact]
    public void Alibi_slopes_follow_the_published_lists()
    {
        // From the ALiBi paper (8 heads) and the printed result of its published get_slopes for 12 and 6 heads.
        Assert.Equal([1 / 2.0, 1 / 4.0, 1 / 8.0, 1 / 16.0, 1 / 32.0, 1 / 64.0, 1 / 128.0, 1 / 256.0], Enumerable.Range(0, 8).Select(h => Alibi.Slope(8, h)));
        double root = Math.Sqrt(0.5);
        Assert.Equal([0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125], Enumerable.Range(0, 6).Select(h => Alibi.Slope(6, h)));
        Assert.Equal([root, root / 2, root / 4, root / 8], Enumerable.Range(8, 4).Select(h => Alibi.Slope(12, h)), (a, b) => Math.Abs(a - b) < 1e-15);
        Assert.Equal(1 / 256.0, Alibi.Slope(1, 0));
    }

    [Fact]
    public void Sinusoid_alternates_sine_and_cosine()
    {
        double[] row = Sinusoid.Row(Parameters.None, 4, 2);
        Assert.Equal([Math.Sin(2), Math.Cos(2), Math.Sin(0.02), Math.Cos(0.02)], row, (a, b) => Math.Abs(a - b) < 1e-15);
    }

    [Fact]
    public void Gemm_of_two_by_two()
    {
        Assert.Equal([19, 22, 43, 50], ReferenceGemm.Multiply([1, 2, 3, 4], [5, 6, 7, 8], 2, 2, 2));
        Assert.Equal([20.0, 24], ReferenceGemm.Multiply([1, 2], [5, 6, 7, 8], 1, 2, 2, [1, 2]));
    }

    [Fact]
    public void Layer_of_ones_averages_its_input()
    {
        var problem = new ReferenceProblem { Sizes = new AttentionSizes(1, 2, 1, 2, 2, 1, 1), Query = [], Key = [], Value = [], Type = "causal" };
        var weights = new LayerWeights([0, 0, 0, 0], [0, 0], [1, 0], [1, 0, 0, 1], OutputBias: [0, 100]);
        // Zero scores: position 0 sees value 3, position 1 the mean of 3 and 5; both heads give it, and W_o is the identity.
        Assert.Equal([3, 103, 4, 104], ReferenceLayer.Forward(weights, problem, 2, [3, 9, 5, 9]));
    }

    [Fact]
    public void Plain_baseline_agrees_with_the_oracle()
    {
        float[] query = [0.5f, -1, 2, 0.25f, 1, 1];
        float[] key = [1, 2, -0.5f, 0.75f, 0.1f, 0.2f];
        float[] value = [3, -4, 5];
        var output = new float[3];
        var sizes = new AttentionSizes(1, 1, 1, 3, 3, 2, 1);
        var problem = new ReferenceProblem { Sizes = sizes, Query = ReferenceProblem.Widen(query), Key = ReferenceProblem.Widen(key), Value = ReferenceProblem.Widen(value), Type = "causal" };
        PlainAttention.Forward(query, key, value, output, sizes, right: 0);
        ReferenceResult expected = ReferenceAttention.Forward(problem);
        for (int row = 0; row < 3; row++)
        {
            Assert.InRange(output[row] - expected.Output[row], -expected.OutputTolerance[row], expected.OutputTolerance[row]);
        }
    }

    private static ReferenceProblem Problem(double[] query, double[] key, double[] value) => new()
    {
        Sizes = new AttentionSizes(1, 1, 1, query.Length, key.Length, 1, 1),
        Query = query,
        Key = key,
        Value = value,
    };
}
