namespace Soak;

/// <summary>One conversation: a sequence of the cache, and what was said in it.</summary>
/// <param name="Sequence">Its number in the cache.</param>
/// <param name="Target">Tokens at which it ends.</param>
internal sealed record Session(int Sequence, int Target)
{
    /// <summary>Every token in the cache, in order.</summary>
    public List<int> Said { get; init; } = [];

    /// <summary>Tokens that wait to be computed: a prompt, or one and perhaps a few drafts.</summary>
    public List<int> Waiting { get; init; } = [];

    /// <summary>Whether <see cref="Waiting"/> are drafts, of which some will be rejected.</summary>
    public bool IsDrafting { get; set; }
}
