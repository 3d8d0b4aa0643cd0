namespace AttentionGen.Prebuilt;

/// <summary>A linear distance penalty (ALiBi, Press et al. 2021).</summary>
internal sealed class AlibiScores(PositionalEncodingOptions options) : IScoreEncoding
{
    private readonly float[] slopes = Kernels.AlibiSlopes.For(options.Heads);

    public string Name => PositionalEncodings.Alibi;

    public ScoreBias Bias(int queryLength, int keyLength)
    {
        float[] bias = new float[TensorLayout.HeadsFirst(1, slopes.Length, queryLength, keyLength).Count];
        for (int i = 0; i < bias.Length; i++)
        {
            int key = i % keyLength;
            int query = (i / keyLength % queryLength) + keyLength - queryLength;
            bias[i] = -slopes[i / keyLength / queryLength] * Math.Abs(query - key);
        }

        return new ScoreBias(bias, 1, slopes.Length, queryLength, keyLength);
    }
}

/// <summary>No encoding.</summary>
internal sealed class NoPositions : IPositionalEncoding
{
    public string Name => PositionalEncodings.None;
}
