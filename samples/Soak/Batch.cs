using AttentionGen;

namespace Soak;

/// <summary>One mixed call: prompts, single tokens and drafts of many sessions, laid end to end.</summary>
internal sealed class Batch
{
    private readonly int[] starts;
    private readonly int[] tokens;
    private readonly float[] query, key, value, output;

    public Batch(IReadOnlyList<Session> sessions)
    {
        Sessions = sessions;
        starts = new int[sessions.Count + 1];
        for (int n = 0; n < sessions.Count; n++)
        {
            starts[n + 1] = starts[n] + sessions[n].Waiting.Count;
        }

        tokens = [.. sessions.SelectMany(session => session.Waiting)];
        query = new float[tokens.Length * Served.Heads * Served.HeadDim];
        key = new float[tokens.Length * Served.KvHeads * Served.HeadDim];
        value = new float[tokens.Length * Served.KvHeads * Served.ValueDim];
        output = new float[tokens.Length * Served.Heads * Served.ValueDim];
        TokenRows.Write(tokens, query, key, value);
        output.AsSpan().Fill(float.NaN);
    }

    /// <summary>Whose tokens it computes.</summary>
    public IReadOnlyList<Session> Sessions { get; }

    /// <summary>New tokens.</summary>
    public int Tokens => tokens.Length;

    /// <summary>Stores the new tokens and attends with each of them.</summary>
    public void Run(KvCache cache) => Served.Prefill(
        ReadOnlyTensorView.Packed(query, 1, tokens.Length, Served.Heads, Served.HeadDim),
        ReadOnlyTensorView.Packed(key, 1, tokens.Length, Served.KvHeads, Served.HeadDim),
        ReadOnlyTensorView.Packed(value, 1, tokens.Length, Served.KvHeads, Served.ValueDim),
        TensorView.Packed(output, 1, tokens.Length, Served.Heads, Served.ValueDim),
        cache,
        [.. Sessions.Select(session => session.Sequence)],
        new AttentionArguments { CumulativeLengths = starts });

    /// <summary>The largest difference between a session's new outputs and their recomputation from all that was said, without a cache.</summary>
    public double Error(int session)
    {
        (int first, int count) = (starts[session], starts[session + 1] - starts[session]);
        int[] all = [.. Sessions[session].Said, .. Sessions[session].Waiting];
        float[] keys = new float[all.Length * Served.KvHeads * Served.HeadDim], values = new float[all.Length * Served.KvHeads * Served.ValueDim];
        float[] queries = new float[all.Length * Served.Heads * Served.HeadDim], expected = new float[count * Served.Heads * Served.ValueDim];
        TokenRows.Write(all, queries, keys, values);
        int width = Served.Heads * Served.HeadDim;
        Fresh.Forward(
            ReadOnlyTensorView.Packed(queries.AsSpan((all.Length - count) * width), 1, count, Served.Heads, Served.HeadDim),
            ReadOnlyTensorView.Packed(keys, 1, all.Length, Served.KvHeads, Served.HeadDim),
            ReadOnlyTensorView.Packed(values, 1, all.Length, Served.KvHeads, Served.ValueDim),
            TensorView.Packed(expected, 1, count, Served.Heads, Served.ValueDim));
        double worst = 0;
        for (int n = 0; n < expected.Length; n++)
        {
            double error = Math.Abs(output[(first * Served.Heads * Served.ValueDim) + n] - (double)expected[n]);
            worst = double.IsNaN(error) || error > worst ? error : worst;
        }

        return worst;
    }
}
