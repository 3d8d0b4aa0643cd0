namespace AttentionGen.Gpu.Tests;

/// <summary>The count of live registers, on texts where it can be seen.</summary>
public class PtxLivenessTests
{
    [Theory]
    [InlineData("mov.b32 a0, 1; mov.b32 a1, 2; add.u32 a0, a0, a1; st.global.b32 [at], a0; ret;", 4)]
    [InlineData("mov.b32 a0, 1; st.global.b32 [at], a0; mov.b32 a1, 2; st.global.b32 [at], a1; ret;", 3)]
    [InlineData("mov.b32 a0, 1; mov.b32 a1, 2; again: add.u32 a0, a0, a1; setp.eq.s32 p, a0, 7; @p bra again; mov.b32 a2, 1; st.global.b32 [at], a2; ret;", 4)]
    [InlineData("mov.b32 a0, 1; mov.b32 a1, 2; setp.eq.s32 p, a0, 7; @p mov.b32 a1, 3; st.global.b32 [at], a1; ret;", 4)]
    [InlineData("ld.param.b32 a0, [call]; mov.b32 a1, 2; add.u32 a1, a0, a1; st.global.b32 [at], a1; ret;", 3)]
    [InlineData("mov.b32 a0, 1; mov.b32 a1, a0; mov.b32 a2, a0; mov.b32 a3, a0; mma {a0, a1, a2, a3}, {a0, a1}, {a2, a3}; st.global.b32 [at], a0; ret;", 6)]
    public void Counts_what_is_still_needed(string code, int expected) => Assert.Equal(expected, PtxLiveness.Most($$"""
        .entry Kernel(.param .b64 call)
        {
            .reg .b32 a<4>; // four
            .reg .b64 at;
            .reg .pred p;
            {{code}}
        }
        """));
}
