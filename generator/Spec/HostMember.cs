namespace AttentionGen.Generator.Spec;

/// <summary>A member of the host's that generated code could meet: one that bears a name from <see cref="MemberReader.Names"/>.</summary>
/// <param name="Name">Its name; <see cref="MemberReader.Constructor"/> for a constructor.</param>
/// <param name="Signature">Of a method or constructor, the types of its parameters; null for everything else.</param>
/// <param name="Index">Which of the class's own members of that name; -1 for one that a base class passes on.</param>
public sealed record HostMember(string Name, string? Signature, int Index)
{
    /// <summary>Whether it is a constructor that runs no other one of the class.</summary>
    public bool IsUnchained { get; init; }
}
