using AttentionGen.Reference;

namespace AttentionGen.Prebuilt.Tests;

public class PositionalEncodingFactoryTests
{
    private const double Tolerance = 4e-7;

    [Theory]
    [InlineData(RotaryLayout.Half, 0)]
    [InlineData(RotaryLayout.Interleaved, 0)]
    [InlineData(RotaryLayout.Half, 6)]
    [InlineData(RotaryLayout.Interleaved, 6)]
    public void RopeTurnsEveryRowByItsPosition(RotaryLayout layout, int rotaryDim)
    {
        const int batch = 2, length = 5, heads = 3, dim = 10;
        var rope = (IRowEncoding)PositionalEncodingFactory.Create("rotary", new() { Dim = dim, Layout = layout, RotaryDim = rotaryDim, Base = 500 });
        Parameters parameters = Parameters.None.With("Layout", (int)layout).With("Base", 500);
        parameters = rotaryDim == 0 ? parameters : parameters.With("RotaryDim", rotaryDim);
        float[] before = Draw(batch * length * heads * dim), after = [.. before];
        int[] positions = [0, 3, 3, 100, 7];
        rope.Apply(TensorView.Packed(after, batch, length, heads, dim), positions);
        for (int row = 0; row < batch * length * heads; row++)
        {
            double[] exact = [.. before.Skip(row * dim).Take(dim)];
            Rotary.Turn(parameters, exact, [positions[row / heads % length]], longest: 101);
            Assert.All(Enumerable.Range(0, dim), c => Assert.Equal(exact[c], after[(row * dim) + c], Tolerance));
        }
    }

    [Fact]
    public void SinusoidalAndLearnedAddTheirRows()
    {
        var sinusoidal = (IInputEncoding)PositionalEncodingFactory.Create("sinusoidal", new() { Dim = 7 });
        float[] rows = new float[2 * 7];
        sinusoidal.GetEncoding([3, 900], rows);
        Assert.All(Enumerable.Range(0, 14), n => Assert.Equal(Sinusoid.Row(Parameters.None, 7, n < 7 ? 3 : 900)[n % 7], rows[n], Tolerance));

        var learned = (IInputEncoding)PositionalEncodingFactory.Create("learned", new() { Dim = 64, Seed = 5 });
        float[] table = new float[512 * 64], sum = new float[2 * 512 * 64];
        learned.GetEncoding([.. Enumerable.Range(0, 512)], table);
        Assert.Equal(0, table.Average(), 0.001);
        Assert.Equal(0.02, Math.Sqrt(table.Average(static x => (double)x * x)), 0.001);
        learned.AddTo(sum, 2, 512);
        Assert.Equal([.. table, .. table], sum);
        Assert.Throws<ArgumentException>(() => learned.AddTo(new float[513 * 64], 1, 513));
        Assert.Throws<ArgumentOutOfRangeException>(() => learned.GetEncoding([512], new float[64]));
    }

    [Fact]
    public void AlibiPenalisesDistanceFromTheLastKeyBackwards()
    {
        var alibi = (IScoreEncoding)PositionalEncodingFactory.Create("alibi", new() { Heads = 6 });
        ScoreBias bias = alibi.Bias(3, 5);
        Assert.Equal(new MaskShape(1, 6, 3, 5), bias.Shape);
        for (int n = 0; n < bias.Values.Length; n++)
        {
            (int head, int query, int key) = (n / 15, (n / 5 % 3) + 2, n % 5);
            Assert.Equal(-Alibi.Slope(6, head) * Math.Abs(query - key), bias.Values[n], Tolerance);
        }
    }

    [Fact]
    public void NoneDoesNothingAndTheRestIsRefused()
    {
        Assert.Equal("none", PositionalEncodingFactory.Create("none", new()).Name);
        Assert.Contains("did you mean 'alibi'?", Refusal("alibbi", new()));
        Assert.Contains("[PositionalEncoding(\"xpos\")]", Refusal("xpos", new() { Dim = 64, Heads = 8 }));
        Assert.Contains("Dim is 0", Refusal("rope", new()));
        Assert.Contains("Heads is 0", Refusal("alibi", new() { Dim = 64 }));
        Assert.Contains("RotaryDim is 80", Refusal("rope", new() { Dim = 64, RotaryDim = 80 }));
        var rope = (IRowEncoding)PositionalEncodingFactory.Create("rope", new() { Dim = 8 });
        Assert.Throws<ArgumentException>(() => rope.Apply(TensorView.HeadsFirst(new float[16], 1, 1, 1, 16)));
        Assert.Throws<ArgumentException>(() => rope.Apply(TensorView.HeadsFirst(new float[16], 1, 1, 2, 8), [0]));
        Assert.Throws<ArgumentOutOfRangeException>(() => rope.Apply(TensorView.HeadsFirst(new float[8], 1, 1, 1, 8), [-1]));
    }

    private static string Refusal(string name, PositionalEncodingOptions options) =>
        Assert.ThrowsAny<ArgumentException>(() => PositionalEncodingFactory.Create(name, options)).Message;

    private static float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(static _ => (2 * Random.Shared.NextSingle()) - 1)];
}
