namespace AttentionGen.Reference;

/// <summary>What any softmax type may be modified by, each from its formula.</summary>
public static class ReferenceModifiers
{
    /// <summary>Row / sqrt(mean of squares + 1e-6) * gain (Zhang and Sennrich 2019, with the usual epsilon).</summary>
    public static double[] RootMeanSquare(double[] row, float[]? gain)
    {
        double divisor = Math.Sqrt((row.Sum(x => x * x) / row.Length) + 1e-6);
        return [.. row.Select((x, feature) => x / divisor * (gain?[feature] ?? 1))];
    }

    /// <summary>Row / max(|row|, 1e-12).</summary>
    public static double[] Euclidean(double[] row)
    {
        double divisor = Math.Max(Math.Sqrt(row.Sum(x => x * x)), 1e-12);
        return [.. row.Select(x => x / divisor)];
    }

    /// <summary>cap * tanh(score / cap).</summary>
    public static double Cap(double score, double cap) => cap * Math.Tanh(score / cap);

    /// <summary>What dropout multiplies a weight by: 0 or 1 / (1 - p).</summary>
    public static double Dropped(long seed, int batch, int head, int query, int key, double probability)
    {
        uint[] words = Philox4x32([(uint)(key / 4), (uint)query, (uint)head, (uint)batch], [(uint)(seed & 0xFFFFFFFF), (uint)(seed >>> 32)]);
        return words[key % 4] < probability * Math.Pow(2, 32) ? 0 : 1 / (1 - probability);
    }

    /// <summary>Philox 4x32-10 (Salmon et al. 2011, figure 2): ten rounds of two multiplications and a key schedule by Weyl sequences.</summary>
    public static uint[] Philox4x32(uint[] counter, uint[] key)
    {
        uint[] x = [.. counter];
        for (uint round = 0; round < 10; round++)
        {
            uint k0 = unchecked(key[0] + (round * 0x9E3779B9u));
            uint k1 = unchecked(key[1] + (round * 0xBB67AE85u));
            UInt128 left = (UInt128)x[0] * 0xD2511F53u;
            UInt128 right = (UInt128)x[2] * 0xCD9E8D57u;
            x = [(uint)(right / 4294967296) ^ x[1] ^ k0, (uint)(right % 4294967296), (uint)(left / 4294967296) ^ x[3] ^ k1, (uint)(left % 4294967296)];
        }

        return x;
    }
}
