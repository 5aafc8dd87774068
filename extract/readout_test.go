package extract

import (
	"testing"

	"ringbreaker.example/fraud"
)

// The id that the victim read out is theirs and links nobody; the one that
// they were given is the operators'.
func TestASessionsIDIsTheVictimsWhereTheyToldIt(t *testing.T) {
	for _, tt := range []struct {
		text string
		want fraud.Role
	}{
		{"I gave him my AnyDesk ID 123 456 789.", fraud.RoleVictimOwned},
		{"I read out the AnyDesk code 123 456 789 to him.", fraud.RoleVictimOwned},
		{"They told me to read out the AnyDesk code 123 456 789.", fraud.RoleVictimOwned},
		{"They called me and I gave them the TeamViewer ID 123 456 789.", fraud.RoleVictimOwned},
		{"The AnyDesk ID on the screen was 123 456 789.", fraud.RoleVictimOwned},
		{"En la pantalla aparecía el ID de AnyDesk 123 456 789.", fraud.RoleVictimOwned},
		{"Er wollte die AnyDesk-ID 123 456 789 wissen.", fraud.RoleVictimOwned},
		{"Er wollte von mir die AnyDesk-ID 123 456 789.", fraud.RoleVictimOwned},
		{"Sie sagten mir, sie müssten die AnyDesk-ID 123 456 789 wissen.", fraud.RoleVictimOwned},
		{"Ihm wurde von mir die AnyDesk-ID 123 456 789 genannt.", fraud.RoleVictimOwned},
		{"Ich habe ihm die AnyDesk-ID 123 456 789 vorgelesen.", fraud.RoleVictimOwned},
		{"Il m'a demandé l'ID AnyDesk 123 456 789.", fraud.RoleVictimOwned},
		{"Voici mon identifiant TeamViewer : 993 488 488.", fraud.RoleVictimOwned},
		{"J'ai donné l'ID AnyDesk 123 456 789.", fraud.RoleVictimOwned},
		{"मैंने AnyDesk आईडी 123 456 789 बताया", fraud.RoleVictimOwned},
		{"AnyDeskのID 123 456 789を伝えました。", fraud.RoleVictimOwned},
		{"AnyDeskのID 123 456 789を教えました。", fraud.RoleVictimOwned},

		{"An agent connected with AnyDesk code 123 456 789.", fraud.RoleRemote},
		{"I told him so. They connected with AnyDesk code 123 456 789.", fraud.RoleRemote},
		{"He told me to connect with AnyDesk ID 123 456 789.", fraud.RoleRemote},
		{"They gave us the AnyDesk code 123 456 789.", fraud.RoleRemote},
		{"They read out their AnyDesk ID 123 456 789.", fraud.RoleRemote},
		{"Er nannte mir die AnyDesk-ID 123 456 789.", fraud.RoleRemote},
		{"Er hat mir die AnyDesk-ID 123 456 789 gegeben.", fraud.RoleRemote},
		{"Il m'a donné l'ID AnyDesk 123 456 789.", fraud.RoleRemote},
		{"उसने मुझे AnyDesk आईडी 123 456 789 दिया", fraud.RoleRemote},
	} {
		t.Run(tt.text, func(t *testing.T) {
			var got fraud.Role
			for _, f := range Text(tt.text, Options{Country: "US"}) {
				if f.Kind == fraud.RemoteID {
					got = f.Role
				}
			}
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
