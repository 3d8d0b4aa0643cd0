using AttentionGen;

namespace Soak;

/// <summary>One mixed call: prompts, single tokens and drafts of many sessions, laid end to end.</summary>
internal sealed class Batch
{
    private readonly Service service;
    private readonly int[] starts;
    private readonly int[] tokens;
    private readonly float[] output;

    public Batch(Service service, IReadOnlyList<Session> sessions)
    {
        this.service = service;
        Sessions = sessions;
        starts = new int[sessions.Count + 1];
        for (int n = 0; n < sessions.Count; n++)
        {
            starts[n + 1] = starts[n] + sessions[n].Waiting.Count;
        }

        tokens = [.. sessions.SelectMany(session => session.Waiting)];
        output = new float[tokens.Length * service.Width];
        output.AsSpan().Fill(float.NaN);
    }

    /// <summary>Whose tokens it computes.</summary>
    public IReadOnlyList<Session> Sessions { get; }

    /// <summary>New tokens.</summary>
    public int Tokens => tokens.Length;

    /// <summary>Stores the new tokens and attends with each of them.</summary>
    public void Run(KvCache cache) => service.Run(tokens, starts, output, cache, [.. Sessions.Select(session => session.Sequence)]);

    /// <summary>The largest difference between a session's new outputs and their recomputation from all that was said, without a cache.</summary>
    public double Error(int session)
    {
        (int first, int count) = (starts[session], starts[session + 1] - starts[session]);
        int[] all = [.. Sessions[session].Said, .. Sessions[session].Waiting];
        float[] expected = service.Recompute(all, count);
        double worst = 0;
        for (int n = 0; n < expected.Length; n++)
        {
            double error = Math.Abs(output[(first * service.Width) + n] - (double)expected[n]);
            worst = double.IsNaN(error) || error > worst ? error : worst;
        }

        return worst;
    }
}
